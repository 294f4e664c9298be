namespace Coordination.Monitor;

internal static class EffectEndpoints
{
    public static void MapEffect(this RouteGroupBuilder api) =>
        api.MapGet(
            "/effects",
            async (string? status, Guid? run, string? q, string? after, int? limit, EffectReads effects, CancellationToken ct) =>
                Answer.Of(
                    await effects.PageAsync(Choice.OneOf("status", status, EffectReads.Statuses), run, q, after, Page.Size(limit), ct)
                )
        );
}
