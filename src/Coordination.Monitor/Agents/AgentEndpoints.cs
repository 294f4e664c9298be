namespace Coordination.Monitor;

internal static class AgentEndpoints
{
    public static void MapAgent(this RouteGroupBuilder api) =>
        api.MapGet(
            "/agents",
            async (AgentReads agents, BrokerQueues broker, CancellationToken ct) =>
            {
                // Somebody looks: the next reading knows what waits in the broker.
                await broker.LookAsync(ct);
                return Answer.Of(await agents.GetAsync(ct));
            }
        );
}
