namespace Coordination.Monitor;

internal static class FlowEndpoints
{
    public static void MapFlow(this RouteGroupBuilder api) =>
        api.MapGet("/flow", async (FlowReads flow, CancellationToken ct) => Answer.Of(await flow.GetAsync(ct)));
}
