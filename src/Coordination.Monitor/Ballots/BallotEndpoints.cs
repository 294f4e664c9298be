namespace Coordination.Monitor;

internal static class BallotEndpoints
{
    public static void MapBallot(this RouteGroupBuilder api)
    {
        api.MapGet(
            "/ballots",
            async (string? status, string? q, string? after, int? limit, BallotReads ballots, CancellationToken ct) =>
                Answer.Of(
                    await ballots.PageAsync(
                        Choice.OneOf("status", status, "voting", "people", "decided", "refused"),
                        q,
                        after,
                        Page.Size(limit),
                        ct
                    )
                )
        );
        api.MapGet(
            "/ballots/{id:guid}",
            async (Guid id, HttpContext context, BallotBook book, CancellationToken ct) =>
                Answer.Of(await book.ShowAsync(id, Admission.Of(context), moment: null, ct))
        );
        api.MapGet("/voters", async (BallotReads ballots, CancellationToken ct) => Answer.Of(await ballots.VotersAsync(ct)));
    }
}
