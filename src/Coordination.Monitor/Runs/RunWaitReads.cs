namespace Coordination.Monitor;

/// <summary>What a run waits for, and what is in its way.</summary>
internal sealed class RunWaitReads(Reads reads, RunPageReads page, TimerReads timers, LetterReads letters)
{
    private readonly StuckReads facts = new(reads);
    private readonly ProjectionReads sources = new(reads, reads.IsPostgres);

    public async Task<RunWaits> OfAsync(RunFile file, CancellationToken cancellationToken)
    {
        var runId = file.Run.RunId;
        var verdict = new StuckVerdict(null, new Dictionary<string, string?>(StringComparer.Ordinal));
        if (!RunStatuses.IsTerminal(file.Run.Status))
        {
            // Found anew, so that the page is not older than the list is.
            var found = await facts.OfAsync(await sources.SourcesAsync([runId], cancellationToken), cancellationToken);
            if (found is [var now])
                verdict = StuckRun.Of(now);
        }
        return new RunWaits(
            verdict.Reason,
            Rows(file, verdict),
            await TimersAsync(file, cancellationToken),
            [.. (await LettersAsync(runId, cancellationToken)).Where(letter => letter.State == "open")],
            await page.ClaimsAsync(runId, cancellationToken)
        );
    }

    public Task<IReadOnlyList<TimerRow>> TimersAsync(RunFile file, CancellationToken cancellationToken) =>
        timers.OfRunAsync(file.Run.RunId, cancellationToken);

    /// <summary>All that were ever parked of the run's messages, as long as they are kept.</summary>
    public async Task<IReadOnlyList<LetterRow>> LettersAsync(Guid runId, CancellationToken cancellationToken) =>
        (await letters.PageAsync(new LetterQuery(null, runId, null, null, Settled: true, null), null, Page.Most, cancellationToken)).Rows;

    private static IReadOnlyList<RunWait> Rows(RunFile file, StuckVerdict verdict) =>
        [
            .. file
                .Steps.Where(step => StepWords.WaitOf(step.Status) is not null)
                .OrderBy(step => step.Status == StepWords.Pending)
                .Select(step => new RunWait(
                    step.StepId,
                    StepWords.WaitOf(step.Status)!,
                    step.Status == StepWords.Pending ? Earlier(file, step.StepId) : step.WaitingOn ?? "",
                    Since(file, step),
                    step.WaitEndsAt,
                    verdict.Why.GetValueOrDefault(step.StepId)
                )),
        ];

    private static string Earlier(RunFile file, string stepId)
    {
        var status = file.Steps.ToDictionary(step => step.StepId, step => step.Status, StringComparer.Ordinal);
        var open = file
            .Plan.First(step => step.StepId == stepId)
            .DependsOn.Where(id => status.GetValueOrDefault(id) != StepWords.Done)
            .ToList();
        return open.Count == 0 ? "earlier steps" : string.Join(", ", open);
    }

    private static DateTimeOffset? Since(RunFile file, StepRow step) =>
        step.Status == StepWords.Pending ? file.Run.AcceptedAt : file.History.LastOrDefault(entry => entry.StepId == step.StepId)?.At;
}
