namespace Coordination.Monitor;

internal static class LetterEndpoints
{
    public static void MapLetter(this RouteGroupBuilder api) { }
}
