using System.Text.Json;

namespace Coordination.Contracts.V1;

/// <summary>Asks an agent type to carry out one attempt of a step.</summary>
[Contract("step.execute", 1, 1)]
public sealed record ExecuteStep : IStepMessage
{
    public required Guid RunId { get; init; }
    public required string StepId { get; init; }
    public required int Attempt { get; init; }
    public required string AgentType { get; init; }
    public string? Contract { get; init; }
    public required JsonElement Input { get; init; }

    /// <summary>Time this attempt may take, in milliseconds from its claim by a worker, at most 7 days.</summary>
    public required long TimeoutMs { get; init; }

    /// <summary>Answers to questions the step asked in earlier attempts, by question id.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Answers { get; init; }

    /// <summary>The decision that allows the step; absent when it needs none. Since 1.1.</summary>
    public StepDecision? Decision { get; init; }
}

/// <summary>A decision of a ballot, as those name it who act on it.</summary>
public sealed record StepDecision
{
    public required Guid BallotId { get; init; }

    /// <summary>What was decided.</summary>
    public required string Option { get; init; }
}

/// <summary>A sign of life with something to show. Never terminal.</summary>
[Contract("step.progress", 1, 0)]
public sealed record StepProgress : IStepMessage
{
    public required Guid RunId { get; init; }
    public required string StepId { get; init; }
    public required int Attempt { get; init; }

    /// <summary>0 to 100; absent when unknown.</summary>
    public int? Percent { get; init; }

    /// <summary>Up to 500 characters for a person to read.</summary>
    public string? Note { get; init; }
}

/// <summary>The attempt succeeded.</summary>
[Contract("step.completed", 1, 1)]
public sealed record StepCompleted : IStepMessage
{
    public required Guid RunId { get; init; }
    public required string StepId { get; init; }
    public required int Attempt { get; init; }
    public required JsonElement Output { get; init; }

    /// <summary>What the output lacks, in the agent's words, each up to 500 characters, at most 20; absent when it lacks nothing. Since 1.1.</summary>
    public IReadOnlyList<string>? Missing { get; init; }
}

/// <summary>The attempt (or a compensation) failed.</summary>
[Contract("step.failed", 1, 1)]
public sealed record StepFailed : IStepMessage
{
    public required Guid RunId { get; init; }
    public required string StepId { get; init; }
    public required int Attempt { get; init; }

    /// <summary>One of <see cref="FailureClass"/>: decides whether it is tried again.</summary>
    public required string Class { get; init; }

    /// <summary>One of <see cref="ReasonCode"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>Finds the details in the worker's log; exception text never travels.</summary>
    public required string IncidentId { get; init; }

    /// <summary>What the agent itself chose to say, up to 500 characters; absent for unexpected exceptions.</summary>
    public string? Detail { get; init; }

    /// <summary>Set when the failed work was the step's compensation.</summary>
    public bool? Compensating { get; init; }

    /// <summary>No attempt before this time has passed, in milliseconds (a target's <c>Retry-After</c>); absent: not said. Since 1.1.</summary>
    public long? RetryAfterMs { get; init; }
}

/// <summary>The agent needs an answer before it can go on. The step waits, durably, until the deadline.</summary>
[Contract("step.input-required", 1, 0)]
public sealed record InputRequired : IStepMessage
{
    /// <summary>
    /// How the ids of questions begin that ask whether an outside effect happened. Their answer is
    /// <c>{"verdict": "happened" | "did-not-happen" | "compensate", "result"?, "by"?, "note"?}</c>; until it comes the step is in doubt.
    /// </summary>
    public const string EffectQuestion = "effect:";

    public required Guid RunId { get; init; }
    public required string StepId { get; init; }
    public required int Attempt { get; init; }

    /// <summary>Chosen by the agent: 1 to 100 printable ASCII characters.</summary>
    public required string QuestionId { get; init; }

    /// <summary>For a person or agent to read, up to 2,000 characters.</summary>
    public required string Question { get; init; }

    /// <summary>JSON Schema of the expected answer; absent when any JSON will do.</summary>
    public JsonElement? AnswerSchema { get; init; }

    /// <summary>How long the question stays open, in milliseconds, at most 30 days. Absent: until the run's deadline.</summary>
    public long? DeadlineMs { get; init; }
}

/// <summary>Answers a question; the step resumes with a new attempt that sees it.</summary>
[Contract("step.input-answered", 1, 0)]
public sealed record InputAnswered : IRunMessage
{
    public required Guid RunId { get; init; }
    public required string StepId { get; init; }
    public required string QuestionId { get; init; }
    public required JsonElement Answer { get; init; }
    public required string AnsweredBy { get; init; }
}

/// <summary>Tells the workers of an agent type to stop an attempt.</summary>
[Contract("step.cancel", 1, 0)]
public sealed record CancelStep : IStepMessage
{
    public required Guid RunId { get; init; }
    public required string StepId { get; init; }
    public required int Attempt { get; init; }

    /// <summary>The saga no longer waits for an answer.</summary>
    public bool? Force { get; init; }
}

/// <summary>Asks an agent type to undo a completed step.</summary>
[Contract("step.compensate", 1, 0)]
public sealed record CompensateStep : IStepMessage
{
    public required Guid RunId { get; init; }
    public required string StepId { get; init; }
    public required int Attempt { get; init; }
    public required string AgentType { get; init; }
    public required JsonElement Input { get; init; }

    /// <summary>What the step had returned.</summary>
    public required JsonElement Output { get; init; }
    public required long TimeoutMs { get; init; }
}

/// <summary>The step is undone.</summary>
[Contract("step.compensated", 1, 0)]
public sealed record StepCompensated : IStepMessage
{
    public required Guid RunId { get; init; }
    public required string StepId { get; init; }
    public required int Attempt { get; init; }
}

/// <summary>An agent type is there: sent when a worker starts and with each heartbeat.</summary>
[Contract("agent.announced", 1, 0)]
public sealed record AgentAnnounced
{
    public required string AgentType { get; init; }

    /// <summary>This process, for example <c>host:pid:random</c>.</summary>
    public required string Instance { get; init; }
    public required string Build { get; init; }

    /// <summary>Contracts it understands, for example <c>refund.v1</c>.</summary>
    public required IReadOnlyList<string> Contracts { get; init; }

    /// <summary>Whether it can undo what it did.</summary>
    public required bool Compensates { get; init; }
}
