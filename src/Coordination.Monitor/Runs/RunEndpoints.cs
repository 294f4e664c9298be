namespace Coordination.Monitor;

internal static class RunEndpoints
{
    public static void MapRun(this RouteGroupBuilder api) { }
}
