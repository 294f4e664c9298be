namespace Coordination.Monitor;

internal static class QueryEndpoints
{
    public static void MapQuery(this RouteGroupBuilder api) { }
}
