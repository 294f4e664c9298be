namespace Coordination.Monitor;

/// <summary>Puts a run's page together. Pure.</summary>
internal static class RunPages
{
    public static IReadOnlyList<StepView> Steps(RunFile file, int at, IReadOnlyDictionary<string, QuestionView> questions)
    {
        var then = at < file.LastSeq ? RunAt.Of(file.Plan, file.History, at) : null;
        var now = file.Steps.ToDictionary(step => step.StepId, StringComparer.Ordinal);
        var ballots = RunAt
            .Of(file.Plan, file.History, at)
            .Steps.ToDictionary(step => step.StepId, step => step.BallotId, StringComparer.Ordinal);
        return
        [
            .. file.Plan.Select(plan =>
            {
                var row = then is null ? now.GetValueOrDefault(plan.StepId) : Row(then[plan.StepId]);
                row ??= Row(new StepAt { StepId = plan.StepId, AgentType = plan.AgentType });
                return new StepView(
                    plan.Position,
                    plan.StepId,
                    plan.AgentType,
                    row.Status,
                    row.Attempt,
                    plan.DependsOn,
                    plan.Pivot,
                    plan.Optional,
                    plan.UndoneBy,
                    plan.Electorate,
                    plan.Policy,
                    row.Reason,
                    row.Detail,
                    row.IncidentId,
                    StepWords.WaitOf(row.Status),
                    row.WaitingOn,
                    row.WaitEndsAt,
                    row.QuestionId,
                    then is null ? questions.GetValueOrDefault(plan.StepId) : null,
                    row.Percent,
                    row.Note,
                    row.CompletedAs,
                    row.InDoubt,
                    row.StartedAt,
                    row.EndedAt,
                    ballots.GetValueOrDefault(plan.StepId)
                );
            }),
        ];
    }

    public static IReadOnlyList<ActionOffer> Actions(RunFile file, Viewer viewer)
    {
        var over = RunStatuses.IsTerminal(file.Run.Status) ? $"The run is over: {file.Run.Status}." : null;
        var asks = file.Steps.Any(step => step.Status == StepWords.InputWait && step.QuestionId is not null);
        return
        [
            OperationKind.Find(OperationKind.RunCancel)!.Offer(viewer, over),
            OperationKind.Find(OperationKind.RunAnswer)!.Offer(viewer, over ?? (asks ? null : "No question is open.")),
        ];
    }

    /// <summary>The run as it was then, as far as its history says it.</summary>
    public static RunSummary Then(RunSummary run, RunAt then, DateTimeOffset at)
    {
        var current = then.Steps.FirstOrDefault(step => StepWords.IsUnderWay(step.Status));
        return run with
        {
            Status = then.Status,
            Reason = then.Reason,
            FailedStep = then.FailedStep,
            FailedDetail = then.FailedStep is { } failed ? then[failed].Detail : null,
            UpdatedAt = at,
            EndedAt = then.EndedAt,
            StepsDone = then.Steps.Count(step => step.Status == StepWords.Done),
            CurrentStep = current?.StepId,
            WaitKind = current is null ? null : StepWords.WaitOf(current.Status),
            WaitsFor = current?.WaitingOn,
            WaitEndsAt = current?.WaitEndsAt,
            Stuck = null,
        };
    }

    private static StepRow Row(StepAt step) =>
        new(
            step.StepId,
            step.Status,
            step.Attempt,
            step.Reason,
            step.Detail,
            step.IncidentId,
            step.WaitingOn,
            step.WaitEndsAt,
            step.QuestionId,
            null,
            null,
            step.CompletedAs,
            false,
            step.StartedAt,
            step.EndedAt
        );
}
