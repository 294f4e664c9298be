namespace Coordination.Monitor;

/// <summary>A run's page.</summary>
internal static class RunEndpoints
{
    public static void MapRun(this RouteGroupBuilder api)
    {
        var run = api.MapGroup("/runs/{id:guid}");
        run.MapGet(
            "",
            async (
                Guid id,
                int? at,
                HttpContext context,
                RunPageReads page,
                RunBallotReads ballots,
                TimeProvider time,
                CancellationToken stop
            ) => Answer.Of(await DetailAsync(id, at, Admission.Of(context), page, ballots, time.GetUtcNow(), stop))
        );
        run.MapGet(
            "/events",
            async (Guid id, int? after, int? limit, string? q, RunPageReads page, CancellationToken stop) =>
                Answer.Of(Events((await page.FileAsync(id, stop)).History, after ?? 0, Page.Size(limit), q))
        );
        run.MapGet(
            "/timeline",
            async (Guid id, int? at, RunPageReads page, TimeProvider time, CancellationToken stop) =>
                Answer.Of(RunTimeline.Of((await page.FileAsync(id, stop)).AsOf(at), time.GetUtcNow()))
        );
        run.MapGet(
            "/messages",
            async (Guid id, int? at, RunPageReads page, RunBallotReads ballots, RunWaitReads waits, CancellationToken stop) =>
            {
                var file = (await page.FileAsync(id, stop)).AsOf(at);
                return Answer.Of(
                    RunMessages.Of(
                        file,
                        file.AsOf(await ballots.RecordsAsync(file, stop)),
                        file.AsOf(await waits.LettersAsync(file.Run.RunId, stop))
                    )
                );
            }
        );
        run.MapGet(
            "/graph",
            async (Guid id, int? at, RunPageReads page, RunBallotReads ballots, RunWaitReads waits, CancellationToken stop) =>
            {
                var file = (await page.FileAsync(id, stop)).AsOf(at);
                // Timers and claims are known of now alone.
                var isNow = file.Moment is null;
                return Answer.Of(
                    RunGraph.Of(
                        file,
                        new CausalSources(
                            await page.JournalAsync(file, 0, RunGraph.Most, stop),
                            await ballots.BallotsAsync(file, stop),
                            file.AsOf(await ballots.RecordsAsync(file, stop)),
                            file.AsOf(await waits.LettersAsync(file.Run.RunId, stop)),
                            isNow ? await waits.TimersAsync(file, stop) : [],
                            isNow ? await page.ClaimsAsync(file.Run.RunId, stop) : []
                        )
                    )
                );
            }
        );
        run.MapGet(
            "/state",
            async (Guid id, int? seq, RunPageReads page, CancellationToken stop) =>
            {
                var file = await page.FileAsync(id, stop);
                return Answer.Of(
                    RunChange.Of(file, seq ?? file.LastSeq)
                        ?? throw Refusal.NotFound($"The run has no entry {seq}: its last is {file.LastSeq}.")
                );
            }
        );
        run.MapGet(
            "/journal",
            async (Guid id, long? after, int? limit, int? at, RunPageReads page, CancellationToken stop) =>
            {
                var size = Page.Size(limit);
                var file = (await page.FileAsync(id, stop)).AsOf(at);
                var rows = await page.JournalAsync(file, after ?? 0, size + 1, stop);
                return Answer.Of(
                    rows.Count > size ? new JournalPage([.. rows.Take(size)], rows[size - 1].Seq) : new JournalPage(rows, null)
                );
            }
        );
        run.MapGet(
            "/waits",
            async (Guid id, RunPageReads page, RunWaitReads waits, CancellationToken stop) =>
                Answer.Of(await waits.OfAsync(await page.FileAsync(id, stop), stop))
        );
        run.MapGet(
            "/effects",
            async (
                Guid id,
                string? status,
                string? q,
                string? after,
                int? limit,
                int? at,
                RunPageReads page,
                EffectReads effects,
                RunEffectReads then,
                CancellationToken stop
            ) =>
            {
                var file = (await page.FileAsync(id, stop)).AsOf(at);
                if (file.Moment is not null)
                    return Answer.Of(await then.ThenAsync(file, stop));
                return Answer.Of(
                    await effects.PageAsync(
                        Choice.OneOf("status", status, EffectReads.Statuses),
                        file.Run.RunId,
                        q,
                        after,
                        Page.Size(limit),
                        stop
                    )
                );
            }
        );
        run.MapGet(
            "/ballots/{ballot:guid}",
            async (Guid id, Guid ballot, int? at, HttpContext context, RunPageReads page, BallotBook book, CancellationToken stop) =>
            {
                var file = (await page.FileAsync(id, stop)).AsOf(at);
                return RunBallots.Of(file.History).Contains(ballot)
                    ? Answer.Of(await book.ShowAsync(ballot, Admission.Of(context), file.Moment, stop))
                    : throw Refusal.NotFound($"The run had not opened ballot {ballot} by then.");
            }
        );
        run.MapGet("/payloads", PayloadsAsync).Requires(MonitorRole.PayloadReader);
        run.MapGet("/export", ExportAsync);

        api.MapGet(
            "/runs/compare",
            async (Guid a, Guid b, RunPageReads page, CancellationToken stop) =>
            {
                var (left, right) = (await page.FileAsync(a, stop), await page.FileAsync(b, stop));
                return Answer.Of(
                    RunCompare.Of(
                        (await page.SummaryAsync(left.Run.RunId, stop)).Run,
                        left,
                        (await page.SummaryAsync(right.Run.RunId, stop)).Run,
                        right
                    )
                );
            }
        );
        api.MapGet(
            "/resolve",
            async (Guid? message, Guid? correlation, string? trace, RunResolve resolve, CancellationToken stop) =>
                Answer.Of(
                    await resolve.FindAsync(message, correlation, trace, stop) ?? throw Refusal.NotFound("Nothing is known by this id.")
                )
        );
    }

    private static async Task<RunDetail> DetailAsync(
        Guid id,
        int? at,
        Viewer viewer,
        RunPageReads page,
        RunBallotReads ballotReads,
        DateTimeOffset now,
        CancellationToken stop
    )
    {
        var whole = await page.FileAsync(id, stop);
        var file = whole.AsOf(at);
        var isPast = file.Moment is not null;
        var told = RunAt.Of(file.Plan, file.History);
        var (summary, trace) = await page.SummaryAsync(file.Run.RunId, stop);
        var spent = await page.SpentAsync(file, stop);
        var ballots = await ballotReads.BallotsAsync(file, stop);
        return new RunDetail(
            isPast ? RunPages.Then(summary, told, file, spent) : summary,
            file.Run.TransactionId,
            file.Joined is null ? null : file.Run.RunId,
            RunStory.Of(told, file.Run.AcceptedAt, isPast ? file.LastAt : now, isPast ? null : summary.Stuck, ballots),
            RunPages.Steps(
                file,
                told,
                isPast ? new Dictionary<string, QuestionView>(StringComparer.Ordinal) : await page.QuestionsAsync(file, stop)
            ),
            ballots,
            file.LastSeq,
            whole.LastSeq,
            isPast ? file.LastAt : null,
            spent.Input,
            spent.Output,
            spent.Cost,
            trace,
            file.Run.Compensated,
            told.Cancel,
            RunPages.Actions(file, viewer)
        );
    }

    private static EventPage Events(IReadOnlyList<RunEvent> history, int after, int size, string? words)
    {
        var wanted = (words ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        bool Has(RunEvent entry, string word) =>
            entry.Event.Contains(word, StringComparison.OrdinalIgnoreCase)
            || entry.StepId?.Contains(word, StringComparison.OrdinalIgnoreCase) is true
            || entry.Detail.Any(detail =>
                detail.Value.Contains(word, StringComparison.OrdinalIgnoreCase)
                || detail.Key.Contains(word, StringComparison.OrdinalIgnoreCase)
            );
        var found = history.Where(entry => wanted.All(word => Has(entry, word))).ToList();
        var rest = found.Where(entry => entry.Seq > after).ToList();
        return new EventPage([.. rest.Take(size)], rest.Count > size ? rest[size - 1].Seq : null, found.Count);
    }

    private static async Task<Answer<Payloads>> PayloadsAsync(
        Guid id,
        int? at,
        HttpContext context,
        RunPageReads page,
        IAuditTrail audit,
        CancellationToken stop
    )
    {
        var file = (await page.FileAsync(id, stop)).AsOf(at);
        // Written first: nothing is shown that is not recorded.
        await audit.WriteAsync(
            new AuditEntry(Admission.Of(context), "payload.read", $"run {file.Run.RunId}", file.Run.RunId, "done"),
            stop
        );
        return Answer.Of(RunPayloads.Of(file, await page.BodiesAsync(file.Run.RunId, stop)));
    }

    private static async Task<Answer<ExportedRun>> ExportAsync(
        Guid id,
        HttpContext context,
        RunPageReads page,
        RunBallotReads ballots,
        BallotBook book,
        EffectReads effects,
        IAuditTrail audit,
        TimeProvider time,
        CancellationToken stop
    )
    {
        var viewer = Admission.Of(context);
        var file = await page.FileAsync(id, stop);
        Payloads? payloads = null;
        if (viewer.Is(MonitorRole.PayloadReader))
        {
            await audit.WriteAsync(new AuditEntry(viewer, "payload.read", $"export of run {file.Run.RunId}", file.Run.RunId, "done"), stop);
            payloads = RunPayloads.Of(file, await page.BodiesAsync(file.Run.RunId, stop));
        }
        var journal = new List<JournalRow>();
        while (
            await page.JournalAsync(file, journal.Count == 0 ? 0 : journal[^1].Seq, 1_000, stop) is { Count: > 0 } more
            && journal.Count < 20_000
        )
            journal.AddRange(more);
        var told = new List<BallotDetail>();
        foreach (var ballot in RunBallots.Of(file.History))
            told.Add(await book.ShowAsync(ballot, viewer, moment: null, stop));
        var made = await effects.PageAsync(null, file.Run.RunId, null, null, Page.Most, stop);
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"run-{file.Run.RunId}.json\"";
        return Answer.Of(
            new ExportedRun(
                await DetailAsync(id, null, viewer, page, ballots, time.GetUtcNow(), stop),
                file.History,
                journal,
                made.Rows,
                told,
                payloads?.Rows
            )
        );
    }

    /// <summary>A run as a file. Payloads: null for whoever may not read them.</summary>
    internal sealed record ExportedRun(
        RunDetail Run,
        IReadOnlyList<RunEvent> Events,
        IReadOnlyList<JournalRow> Journal,
        IReadOnlyList<EffectView> Effects,
        IReadOnlyList<BallotDetail> Ballots,
        IReadOnlyList<Payload>? Payloads
    );
}
