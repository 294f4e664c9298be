using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Runs;

/// <summary>Where a run stands.</summary>
public enum RunStatus
{
    Running,

    /// <summary>Asked to stop: running steps are given time to do so.</summary>
    Cancelling,

    /// <summary>Failed, expired or stopped: running steps are stopped, then completed ones are undone, last first.</summary>
    Compensating,

    /// <summary>Terminal: every step is done.</summary>
    Completed,

    /// <summary>Terminal: some steps are done for good, some are missing.</summary>
    Partial,

    /// <summary>Terminal.</summary>
    Failed,

    /// <summary>Terminal.</summary>
    Cancelled,

    /// <summary>Terminal: the deadline passed.</summary>
    Expired,
}

/// <summary>Where a step stands.</summary>
public enum StepStatus
{
    /// <summary>Waits for its dependencies.</summary>
    Pending,

    /// <summary>Waits for a worker's answer.</summary>
    Dispatched,

    /// <summary>Failed and waits for its next attempt.</summary>
    RetryWait,

    /// <summary>Asked a question and waits for the answer.</summary>
    InputWait,

    /// <summary>Waits for voters to decide.</summary>
    BallotWait,
    Done,
    Failed,

    /// <summary>Never started, because something before it is missing or the run ended.</summary>
    Skipped,

    /// <summary>Stopped.</summary>
    Cancelled,

    /// <summary>Done, and waits for a worker to undo it.</summary>
    Compensating,

    /// <summary>Undoing failed and waits for its next attempt.</summary>
    CompensationWait,
    Compensated,
    CompensationFailed,
}

/// <summary>One run as its rules see it: a value, never changed in place.</summary>
public sealed record RunState
{
    public required Guid RunId { get; init; }
    public required RunPlan Plan { get; init; }

    /// <summary>Identifies the plan whatever its formatting (<see cref="Runs.PlanHash"/>).</summary>
    public required string PlanHash { get; init; }
    public required string Requester { get; init; }
    public RunStatus Status { get; init; } = RunStatus.Running;

    /// <summary>In the plan's order.</summary>
    public required ImmutableArray<StepState> Steps { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset DeadlineAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why the run does not complete; null while nothing is wrong.</summary>
    public string? Reason { get; init; }

    /// <summary>The step whose failure set <see cref="Reason"/>.</summary>
    public string? FailedStep { get; init; }

    /// <summary>Set as soon as the run is on its way to an early end.</summary>
    public RunEnding? Ending { get; init; }

    /// <summary>Number of history entries so far.</summary>
    public int HistoryCount { get; init; }

    [JsonIgnore]
    public bool IsTerminal => Status >= RunStatus.Completed;

    /// <summary>The plan's pivot is done: nothing is undone any more.</summary>
    [JsonIgnore]
    public bool PivotPassed => Plan.Steps.Any(s => s.Pivot is true && this[s.Id].Status == StepStatus.Done);

    public StepState this[string id] => Find(id) ?? throw new KeyNotFoundException($"The plan has no step '{id}'.");

    public StepState? Find(string id) => Steps.FirstOrDefault(s => s.Id == id);
}

/// <summary>How a run that does not run to its end is being ended.</summary>
public sealed record RunEnding
{
    /// <summary>The terminal status it is heading for.</summary>
    public required RunStatus Outcome { get; init; }
    public string? RequestedBy { get; init; }

    /// <summary>When steps that have not stopped by themselves are given up.</summary>
    public required DateTimeOffset StopBy { get; init; }

    /// <summary>Set once the run's deadline has passed: when it ends in any case.</summary>
    public DateTimeOffset? WindowEndsAt { get; init; }
}

/// <summary>One step of a run.</summary>
public sealed record StepState
{
    public required string Id { get; init; }

    /// <summary>The agent type that carries it out.</summary>
    public required string AgentType { get; init; }
    public StepStatus Status { get; init; }

    /// <summary>What it waits for, for a person to read; null when it waits for nothing.</summary>
    public string? WaitingOn =>
        Status switch
        {
            StepStatus.Pending => "earlier steps",
            StepStatus.Dispatched => $"agent {AgentType}",
            StepStatus.RetryWait => "the next attempt",
            StepStatus.InputWait => $"an answer to '{QuestionId}': {Question?.Question}",
            StepStatus.BallotWait => $"ballot {BallotId}",
            StepStatus.Compensating => "being undone",
            StepStatus.CompensationWait => "the next attempt to undo it",
            _ => null,
        };

    /// <summary>
    /// Counts everything sent to a worker for this step, compensations included, so that the number names one attempt only. 0: never sent.
    /// </summary>
    public int Attempt { get; init; }

    /// <summary>Failed attempts of the work in hand: of the step, or, once it is being undone, of its compensation.</summary>
    public int Failures { get; init; }

    /// <summary>Questions asked so far.</summary>
    public int Questions { get; init; }

    /// <summary>What the agent returned. Kept apart from the rest: content of agents may be anything.</summary>
    [JsonIgnore]
    public JsonElement? Output { get; init; }

    /// <summary>Bytes kept of output and answers.</summary>
    public int StoredBytes { get; init; }

    /// <summary>Position in the order of completion, from 1.</summary>
    public int? CompletedAs { get; init; }

    /// <summary>The open question.</summary>
    [JsonIgnore]
    public InputRequired? Question { get; init; }
    public string? QuestionId => Question?.QuestionId;

    [JsonIgnore]
    public ImmutableSortedDictionary<string, JsonElement>? Answers { get; init; }

    /// <summary>Ballots opened for it so far.</summary>
    public int Ballots { get; init; }

    /// <summary>The last of them.</summary>
    public Guid? BallotId { get; init; }

    /// <summary>Identity of the request for that ballot: a decision of another request is none.</summary>
    public string? BallotHash { get; init; }

    /// <summary>What allows it, where a ballot had to.</summary>
    public StepDecision? Decision { get; init; }

    /// <summary>What its output lacks, in the agent's words; null when it lacks nothing.</summary>
    public ImmutableArray<string>? Missing { get; init; }

    /// <summary>Reason code of the last failure, or why it was skipped or stopped.</summary>
    public string? Reason { get; init; }
    public string? Detail { get; init; }
    public string? IncidentId { get; init; }

    /// <summary>An attempt ended without a usable answer of its worker: what it did outside is not known.</summary>
    public bool InDoubt { get; init; }

    /// <summary>When it was first sent to a worker.</summary>
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When the wait it is in ends by itself.</summary>
    public DateTimeOffset? WaitEndsAt { get; init; }

    /// <summary>Last reported progress, 0 to 100.</summary>
    public int? Percent { get; init; }

    /// <summary>Last reported note.</summary>
    public string? Note { get; init; }
}
