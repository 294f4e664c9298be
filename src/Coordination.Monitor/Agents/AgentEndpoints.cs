namespace Coordination.Monitor;

internal static class AgentEndpoints
{
    public static void MapAgent(this RouteGroupBuilder api) { }
}
