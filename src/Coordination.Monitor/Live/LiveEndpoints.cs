namespace Coordination.Monitor;

internal static class LiveEndpoints
{
    public static void MapLive(this RouteGroupBuilder api) { }
}
