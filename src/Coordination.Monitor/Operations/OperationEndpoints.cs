namespace Coordination.Monitor;

internal static class OperationEndpoints
{
    public static void MapOperation(this RouteGroupBuilder api) { }
}
