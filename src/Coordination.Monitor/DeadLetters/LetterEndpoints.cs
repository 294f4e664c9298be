namespace Coordination.Monitor;

internal static class LetterEndpoints
{
    public static void MapLetter(this RouteGroupBuilder api)
    {
        api.MapGet("/dead-letters/groups", async (GroupReads groups, CancellationToken ct) => Answer.Of(await groups.GetAsync(ct)));
        api.MapGet(
            "/dead-letters",
            async (
                string? group,
                Guid? run,
                string? reason,
                string? type,
                string? state,
                string? q,
                string? after,
                int? limit,
                LetterReads letters,
                CancellationToken ct
            ) => Answer.Of(await letters.PageAsync(Query(group, run, reason, type, state, q), after, Page.Size(limit), ct))
        );
        api.MapGet(
            "/dead-letters/export",
            async (
                string? group,
                Guid? run,
                string? reason,
                string? type,
                string? state,
                string? q,
                string? format,
                LetterReads letters,
                CancellationToken ct
            ) =>
                await LetterExport.BeginAsync(
                    letters,
                    Query(group, run, reason, type, state, q),
                    Choice.OneOf("format", format, "csv", "json") is null or "csv",
                    ct
                )
        );
        api.MapGet(
            "/dead-letters/{id:long}",
            async (long id, HttpContext context, LetterDesk desk, CancellationToken ct) =>
                Answer.Of(await desk.ShowAsync(id, Admission.Of(context), ct))
        );
    }

    private static LetterQuery Query(string? group, Guid? run, string? reason, string? type, string? state, string? q) =>
        new(group, run, reason, type, Choice.OneOf("state", state, "open", "all") == "all", q);
}
