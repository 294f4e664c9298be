namespace Coordination.Monitor;

internal static class OverviewEndpoints
{
    public static void MapOverview(this RouteGroupBuilder api) =>
        api.MapGet("/overview", async (OverviewReads overview, CancellationToken ct) => Answer.Of(await overview.GetAsync(ct)));
}
