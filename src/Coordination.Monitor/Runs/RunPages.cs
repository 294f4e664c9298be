namespace Coordination.Monitor;

/// <summary>Puts a run's page together. Pure.</summary>
internal static class RunPages
{
    public static IReadOnlyList<StepView> Steps(RunFile file, RunAt told, IReadOnlyDictionary<string, QuestionView> questions)
    {
        var rows = file.Steps.ToDictionary(step => step.StepId, StringComparer.Ordinal);
        var bars = RunTimeline.Bars(file, told.EndedAt);
        return
        [
            .. file.Plan.Select(plan =>
            {
                var history = told[plan.StepId];
                var row = rows.GetValueOrDefault(plan.StepId) ?? RunMoment.Row(history);
                TimelineBar[] work = [.. bars[plan.StepId].Where(bar => bar.Kind != "undo")];
                TimelineBar[] undo = [.. bars[plan.StepId].Where(bar => bar.Kind == "undo")];
                return new StepView(
                    plan.Position,
                    plan.StepId,
                    plan.AgentType,
                    row.Status,
                    Math.Max(0, row.Attempt - history.UndoTries),
                    history.UndoTries,
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
                    questions.GetValueOrDefault(plan.StepId),
                    row.Percent,
                    row.Note,
                    row.CompletedAs,
                    row.InDoubt,
                    row.StartedAt,
                    row.EndedAt,
                    history.BallotId,
                    RunTimeline.Took(work),
                    RunTimeline.Since(work),
                    RunTimeline.Took(undo),
                    RunTimeline.Since(undo),
                    history.AnsweredBy,
                    history.AnsweredAt
                );
            }),
        ];
    }

    public static IReadOnlyList<ActionOffer> Actions(RunFile file, Viewer viewer)
    {
        var over =
            file.Moment is not null ? "This is an earlier moment: go back to now to act."
            : RunStatuses.IsTerminal(file.Run.Status) ? $"The run is over: {file.Run.Status}."
            : null;
        var asks = file.Steps.Any(step => step.Status == StepWords.InputWait && step.QuestionId is not null);
        return
        [
            OperationKind.Find(OperationKind.RunCancel)!.Offer(viewer, over),
            OperationKind.Find(OperationKind.RunAnswer)!.Offer(viewer, over ?? (asks ? null : "No question is open.")),
        ];
    }

    /// <summary>The run as it was then, as far as its history says it.</summary>
    public static RunSummary Then(RunSummary run, RunAt then, RunFile file, (long Input, long Output, long Cost) spent)
    {
        var current = then.Steps.FirstOrDefault(step => StepWords.IsUnderWay(step.Status));
        return run with
        {
            Status = then.Status,
            Reason = then.Reason,
            FailedStep = then.FailedStep,
            FailedDetail = then.FailedStep is { } failed ? then[failed].Detail : null,
            UpdatedAt = file.LastAt,
            EndedAt = then.EndedAt,
            StepsDone = then.Steps.Count(step => step.Status == StepWords.Done),
            CurrentStep = current?.StepId,
            WaitKind = current is null ? null : StepWords.WaitOf(current.Status),
            WaitsFor = current?.WaitingOn,
            WaitEndsAt = current?.WaitEndsAt,
            Stuck = null,
            Retries = file.History.Count(entry => entry.Event is "step-retry" or "compensation-retry"),
            InDoubt = file.Steps.Any(step => step.InDoubt),
            Tokens = spent.Input + spent.Output,
            CostMicroUsd = spent.Cost,
        };
    }
}
