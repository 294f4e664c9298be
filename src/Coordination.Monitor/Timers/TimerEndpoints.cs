namespace Coordination.Monitor;

internal static class TimerEndpoints
{
    public static void MapTimer(this RouteGroupBuilder api) =>
        api.MapGet(
            "/timers",
            async (Guid? run, string? after, int? limit, TimerReads timers, CancellationToken ct) =>
                Answer.Of(await timers.PageAsync(run, after, Page.Size(limit), ct))
        );
}
