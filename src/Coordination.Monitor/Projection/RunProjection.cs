namespace Coordination.Monitor;

/// <summary>A run's row in the list, from what is true of the run now. The same input gives the same row: to project twice does no harm.</summary>
internal static class RunProjection
{
    private const int MostText = 500;

    /// <param name="run">As it is.</param>
    /// <param name="sums">What its history and journal add up to.</param>
    /// <param name="stuck">Why it does not move.</param>
    /// <param name="version">Of the row.</param>
    /// <param name="asksPeople">Its ballot was handed to people: who waits for them does not wait for votes.</param>
    public static RunSummary Of(RunSource run, RunSums sums, string? stuck, long version, bool asksPeople)
    {
        var current = run.Steps.FirstOrDefault(step => StepWords.IsUnderWay(step.Status));
        var failed = run.FailedStep is { } id ? run.Steps.FirstOrDefault(step => step.Id == id) : null;
        return new RunSummary(
            RunId: run.RunId,
            Tenant: run.Tenant,
            Name: run.Name,
            Status: run.Status,
            Reason: run.Reason,
            Requester: run.Requester,
            BusinessScope: run.BusinessScope,
            StartedAt: run.AcceptedAt,
            UpdatedAt: Latest(sums.LastAt ?? run.AcceptedAt, run.EndedAt ?? run.AcceptedAt),
            DeadlineAt: run.DeadlineAt,
            EndedAt: run.EndedAt,
            FailedStep: run.FailedStep,
            FailedDetail: Bounded(failed?.Detail),
            StepsDone: run.Steps.Count(step => step.Status == StepWords.Done),
            Steps: run.Steps.Count,
            Retries: sums.Retries,
            CurrentStep: current?.Id,
            WaitKind: current is null ? null
                : current.Status == StepWords.BallotWait && asksPeople ? WaitKinds.Person
                : StepWords.WaitOf(current.Status),
            WaitsFor: Bounded(current?.WaitingOn),
            WaitEndsAt: current?.WaitEndsAt,
            InDoubt: run.Steps.Any(step => step.InDoubt),
            Stuck: run.EndedAt is null ? stuck : null,
            Agents: [.. run.Steps.Select(step => step.AgentType).Distinct(StringComparer.Ordinal)],
            Tokens: sums.Tokens,
            CostMicroUsd: sums.CostMicroUsd,
            Version: version
        );
    }

    /// <summary>How many of its steps ask a person.</summary>
    public static int Questions(RunSource run) => run.EndedAt is null ? run.Steps.Count(step => step.Status == StepWords.InputWait) : 0;

    private static DateTimeOffset Latest(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static string? Bounded(string? text) => text is { Length: > MostText } ? text[..MostText] + "…" : text;
}
