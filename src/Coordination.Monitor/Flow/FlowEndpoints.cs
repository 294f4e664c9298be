namespace Coordination.Monitor;

internal static class FlowEndpoints
{
    public static void MapFlow(this RouteGroupBuilder api) { }
}
