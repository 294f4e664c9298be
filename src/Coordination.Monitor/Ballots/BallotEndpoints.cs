namespace Coordination.Monitor;

internal static class BallotEndpoints
{
    public static void MapBallot(this RouteGroupBuilder api) { }
}
