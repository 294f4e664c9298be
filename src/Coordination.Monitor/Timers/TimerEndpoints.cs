namespace Coordination.Monitor;

internal static class TimerEndpoints
{
    public static void MapTimer(this RouteGroupBuilder api) { }
}
