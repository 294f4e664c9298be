using System.Collections.Immutable;
using System.Globalization;
using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Monitor;

/// <summary>
/// The run after some entry of its history, made from the entries alone: folding all of them gives what the run's row says now. Pure; what entries do not say
/// (progress, doubt, the texts of questions) is not in it.
/// </summary>
internal sealed record RunAt
{
    public required string Status { get; init; }
    public string? Reason { get; init; }
    public string? FailedStep { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The request that stopped the run; null where it goes on, or ends early for another cause.</summary>
    public RunCancel? Cancel { get; init; }

    /// <summary>In the plan's order.</summary>
    public required ImmutableArray<StepAt> Steps { get; init; }

    /// <summary>The run is on its way to an early end.</summary>
    private bool IsEnding { get; init; }
    private int Completed { get; init; }

    public StepAt this[string stepId] => Steps.First(step => step.StepId == stepId);

    /// <summary>Before the first entry.</summary>
    public static RunAt Start(IReadOnlyList<PlanStepRow> plan) =>
        new() { Status = "running", Steps = [.. plan.Select(step => new StepAt { StepId = step.StepId, AgentType = step.AgentType })] };

    /// <summary>After the entries up to one of them.</summary>
    public static RunAt Of(IReadOnlyList<PlanStepRow> plan, IEnumerable<RunEvent> history, int upTo = int.MaxValue)
    {
        var byId = plan.ToDictionary(step => step.StepId, StringComparer.Ordinal);
        return history.TakeWhile(entry => entry.Seq <= upTo).Aggregate(Start(plan), (run, entry) => run.After(entry, byId));
    }

    public RunAt After(RunEvent entry, IReadOnlyDictionary<string, PlanStepRow> plan)
    {
        string? Said(string name) => entry.Detail.GetValueOrDefault(name);
        switch (entry.Event)
        {
            case "cancel-requested":
                return IsEnding
                    ? this
                    : this with
                    {
                        Status = "cancelling",
                        Reason = ReasonCode.Cancelled,
                        FailedStep = null,
                        Cancel = Said("by") is { } by ? new RunCancel(by, Said("note"), entry.At) : null,
                        IsEnding = true,
                    };
            case "deadline-passed":
                return IsEnding
                    ? this
                    : this with
                    {
                        Status = "compensating",
                        Reason = ReasonCode.DeadlineExceeded,
                        FailedStep = null,
                        IsEnding = true,
                    };
            case "ended":
                return this with { Status = Said("status") ?? Status, Reason = Said("reason"), EndedAt = entry.At };
        }
        if (entry.StepId is not { } id || !plan.TryGetValue(id, out var planned))
            return this;
        var failure = (Reason: Said("reason"), Detail: Said("detail"), Incident: Said("incident"));
        return entry.Event switch
        {
            "step-dispatched" => Step(id, s => s.Waits(StepWords.Dispatched, entry) with { StartedAt = s.StartedAt ?? entry.At }),
            "step-completed" => (this with { Completed = Completed + 1 }).Step(
                id,
                s =>
                    s.Ends(StepWords.Done, entry) with
                    {
                        CompletedAs = Completed + 1,
                        StartedAt = s.StartedAt ?? entry.At,
                        Reason = Said("missing") is null ? s.Reason : ReasonCode.Degraded,
                        Detail = Said("missing") ?? s.Detail,
                    }
            ),
            "step-retry" => Step(id, s => s.Fails(StepWords.RetryWait, failure) with { WaitEndsAt = entry.At + Delay(Said("delayMs")) }),
            "step-failed" => Failed(planned, plan, failure, entry),
            "step-skipped" => Step(id, s => s.Ends(StepWords.Skipped, entry) with { Reason = failure.Reason }),
            "step-stopped" => Step(
                id,
                s => s.Ends(StepWords.Cancelled, entry) with { Reason = failure.Reason, IncidentId = failure.Incident ?? s.IncidentId }
            ),
            "question-asked" => Step(
                id,
                s =>
                    s.Waits(StepWords.InputWait, entry) with
                    {
                        QuestionId = Said("question"),
                        Reason = Said("question")?.StartsWith(InputRequired.EffectQuestion, StringComparison.Ordinal) is true
                            ? ReasonCode.InDoubt
                            : s.Reason,
                    }
            ),
            "question-answered" => Step(id, s => s with { QuestionId = null, AnsweredBy = Said("by"), AnsweredAt = entry.At }),
            "ballot-opened" => Step(
                id,
                s =>
                    s.Waits(StepWords.BallotWait, entry) with
                    {
                        BallotId = Guid.TryParse(Said("ballot"), out var ballot) ? ballot : null,
                        StartedAt = s.StartedAt ?? entry.At,
                    }
            ),
            "step-compensating" => (this with { Status = "compensating" }).Step(
                id,
                s => s.Waits(StepWords.Compensating, entry) with { UndoTries = s.UndoTries + 1 }
            ),
            "compensation-retry" => Step(
                id,
                s => s.Fails(StepWords.CompensationWait, failure) with { WaitEndsAt = entry.At + Delay(Said("delayMs")) }
            ),
            "step-compensated" => Step(id, s => s.Ends(StepWords.Compensated, entry)),
            "compensation-failed" => Step(id, s => s.Fails(StepWords.CompensationFailed, failure) with { EndedAt = entry.At }),
            _ => this,
        };
    }

    // A step that failed for good ends the run early, unless the plan can do without it or the run is beyond undoing.
    private RunAt Failed(
        PlanStepRow planned,
        IReadOnlyDictionary<string, PlanStepRow> plan,
        (string? Reason, string? Detail, string? Incident) failure,
        RunEvent entry
    )
    {
        var run = Step(planned.StepId, s => s.Fails(StepWords.Failed, failure) with { EndedAt = entry.At });
        var pivotPassed = run.Steps.Any(step => plan[step.StepId].Pivot && step.Status == StepWords.Done);
        if (!run.IsEnding && !planned.Optional && !pivotPassed)
            return run with { Status = "compensating", Reason = failure.Reason, FailedStep = planned.StepId, IsEnding = true };
        var oneOfSeveral = plan.Values.Any(step => step.AsksSeveral && step.DependsOn.Contains(planned.StepId, StringComparer.Ordinal));
        return run.Reason is null && !oneOfSeveral ? run with { Reason = failure.Reason, FailedStep = planned.StepId } : run;
    }

    private RunAt Step(string id, Func<StepAt, StepAt> change)
    {
        var index = Steps.IndexOf(Steps.First(step => step.StepId == id));
        return this with { Steps = Steps.SetItem(index, change(Steps[index])) };
    }

    private static TimeSpan Delay(string? text) =>
        long.TryParse(text, CultureInfo.InvariantCulture, out var milliseconds) ? TimeSpan.FromMilliseconds(milliseconds) : TimeSpan.Zero;
}

/// <summary>A step after some entry.</summary>
internal sealed record StepAt
{
    public required string StepId { get; init; }
    public required string AgentType { get; init; }
    public string Status { get; init; } = StepWords.Pending;
    public int Attempt { get; init; }

    /// <summary>How often undoing it was tried. The run counts these tries on after the attempts; for a person they are not attempts.</summary>
    public int UndoTries { get; init; }

    /// <summary>How often doing it was tried.</summary>
    public int Tries => Attempt - UndoTries;
    public string? Reason { get; init; }
    public string? Detail { get; init; }
    public string? IncidentId { get; init; }
    public string? QuestionId { get; init; }
    public Guid? BallotId { get; init; }

    /// <summary>Who gave the last answer, and when.</summary>
    public string? AnsweredBy { get; init; }
    public DateTimeOffset? AnsweredAt { get; init; }
    public int? CompletedAs { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public DateTimeOffset? WaitEndsAt { get; init; }

    /// <summary>As the run's row says it, as far as the history knows.</summary>
    public string? WaitingOn =>
        Status switch
        {
            StepWords.Pending => "earlier steps",
            StepWords.Dispatched => $"agent {AgentType}",
            StepWords.RetryWait => "the next attempt",
            StepWords.InputWait => $"an answer to '{QuestionId}'",
            StepWords.BallotWait => $"ballot {BallotId}",
            StepWords.Compensating => "being undone",
            StepWords.CompensationWait => "the next attempt to undo it",
            _ => null,
        };

    internal StepAt Waits(string status, RunEvent entry) =>
        this with
        {
            Status = status,
            Attempt = entry.Attempt ?? Attempt,
            WaitEndsAt = null,
        };

    internal StepAt Fails(string status, (string? Reason, string? Detail, string? Incident) failure) =>
        this with
        {
            Status = status,
            Reason = failure.Reason,
            Detail = failure.Detail,
            IncidentId = failure.Incident,
            QuestionId = null,
            WaitEndsAt = null,
        };

    internal StepAt Ends(string status, RunEvent entry) =>
        this with
        {
            Status = status,
            EndedAt = entry.At,
            QuestionId = null,
            WaitEndsAt = null,
        };
}
