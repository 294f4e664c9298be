using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Runs;

/// <summary>What a decision wants done, in order, in the transaction that stores the new state.</summary>
public abstract record RunAction
{
    private RunAction() { }

    /// <summary>Send one attempt of a step to its agent type.</summary>
    public sealed record Dispatch(
        string StepId,
        int Attempt,
        JsonElement Input,
        TimeSpan Timeout,
        IReadOnlyDictionary<string, JsonElement>? Answers,
        StepDecision? Decision = null
    ) : RunAction;

    /// <summary>Let voters decide; the run is told.</summary>
    public sealed record OpenBallot(Contracts.V1.OpenBallot Ballot) : RunAction;

    /// <summary>Nobody waits for the decision any more.</summary>
    public sealed record CancelBallot(Guid BallotId, string RequestedBy) : RunAction;

    /// <summary>Send one attempt to undo a step.</summary>
    public sealed record Compensate(string StepId, int Attempt, TimeSpan Timeout) : RunAction;

    /// <summary>Tell the workers of an agent type to stop an attempt.</summary>
    public sealed record CancelStep(string StepId, int Attempt, string AgentType, bool Force) : RunAction;

    public sealed record SetTimer(RunTimer Timer, TimeSpan Delay) : RunAction;

    public sealed record MoveTimer(RunTimer Timer, TimeSpan Delay) : RunAction;

    public sealed record ClearTimer(RunTimer Timer) : RunAction;

    /// <summary>Publish an event of the run.</summary>
    public sealed record Publish(IRunMessage Message) : RunAction;

    /// <summary>Append to the run's history.</summary>
    public sealed record Record(HistoryEntry Entry) : RunAction;
}

/// <summary>One line of a run's history.</summary>
/// <param name="Sequence">From 1, without gaps within a run.</param>
/// <param name="Type">What happened, for example <c>step-completed</c>.</param>
/// <param name="StepId">The step it happened to.</param>
/// <param name="Attempt">The attempt it happened to.</param>
/// <param name="Data">Particulars by name, never outputs or inputs.</param>
public sealed record HistoryEntry(int Sequence, string Type, string? StepId, int? Attempt, IReadOnlyDictionary<string, string> Data);

/// <summary>What was decided about one message.</summary>
public sealed record Decision
{
    public required RunState Next { get; init; }
    public required IReadOnlyList<RunAction> Actions { get; init; }

    /// <summary>Reason code when the message had no effect on the run.</summary>
    public string? Refusal { get; init; }

    /// <summary>What was wrong with it, for a person.</summary>
    public string? RefusalDetail { get; init; }
}

/// <summary>What a decision may know besides state and message.</summary>
/// <param name="Now">The database clock.</param>
/// <param name="Jitter">A random number from 0 up to, not including, 1.</param>
/// <param name="Limits">The host's limits and defaults.</param>
public sealed record RunContext(DateTimeOffset Now, double Jitter, RunLimits Limits);
