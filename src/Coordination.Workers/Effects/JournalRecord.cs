namespace Coordination.Workers;

/// <summary>What a line of the journal says.</summary>
internal static class JournalKind
{
    /// <summary>A call is about to be made.</summary>
    public const string Intent = "intent";

    /// <summary>How a call ended.</summary>
    public const string Outcome = "outcome";

    /// <summary>A value the agent took from its context: time, id, random number; or something it was refused or accepted.</summary>
    public const string Decision = "decision";

    /// <summary>A person said what became of an effect in doubt.</summary>
    public const string Signal = "signal";
}

/// <summary>One line of a run's journal. Never changed, never removed before its time, each bound to the one before it by its hash.</summary>
internal sealed record JournalRecord
{
    public required Guid RunId { get; init; }

    /// <summary>From 1, without gaps within the run; given by the database.</summary>
    public long Seq { get; init; }

    /// <summary>One of <see cref="JournalKind"/>.</summary>
    public required string Kind { get; init; }
    public required string StepId { get; init; }

    /// <summary>Belongs to the undoing of the step.</summary>
    public bool Compensating { get; init; }
    public required int Attempt { get; init; }

    /// <summary>Which holder of the claim wrote it.</summary>
    public required long Epoch { get; init; }
    public required string Worker { get; init; }

    /// <summary>The database clock as the worker knew it, in microseconds exactly.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The definition of the agent that wrote it.</summary>
    public string? Definition { get; init; }

    /// <summary>For example <c>refund@1</c>; for a decision its kind.</summary>
    public string? Tool { get; init; }

    /// <summary>One of <see cref="EffectClass"/>, in lower case.</summary>
    public string? Class { get; init; }
    public string? Key { get; init; }
    public string? ArgsHash { get; init; }

    /// <summary>Canonical JSON; absent when it is large.</summary>
    public byte[]? Args { get; init; }

    /// <summary>One of <see cref="EffectStatus"/>, in lower case.</summary>
    public string? Status { get; init; }

    /// <summary>JSON.</summary>
    public byte[]? Result { get; init; }

    /// <summary>One of the contracts' reason codes.</summary>
    public string? Code { get; init; }
    public string? Detail { get; init; }

    /// <summary>No call before this moment (<c>Retry-After</c>).</summary>
    public DateTimeOffset? RetryAt { get; init; }
    public string? Model { get; init; }
    public long? InputTokens { get; init; }
    public long? OutputTokens { get; init; }
    public long? CostMicroUsd { get; init; }
    public long? DurationMs { get; init; }
    public string? TraceId { get; init; }
    public byte[] Hash { get; init; } = [];
}
