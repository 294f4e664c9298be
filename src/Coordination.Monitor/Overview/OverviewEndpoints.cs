namespace Coordination.Monitor;

internal static class OverviewEndpoints
{
    public static void MapOverview(this RouteGroupBuilder api) { }
}
