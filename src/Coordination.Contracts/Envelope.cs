namespace Coordination.Contracts;

/// <summary>
/// What travels beside every body, as transport headers: who sent it, what caused it, what it belongs
/// to, how long it may live and what it may spend.
/// </summary>
public sealed record Envelope
{
    /// <summary>Identity of this message; the same on every redelivery. On AMQP the <c>message-id</c> property.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>Made by the initiator and the same on every hop; for a run, the run's id.</summary>
    public required Guid TransactionId { get; init; }

    /// <summary>The message that caused this one; absent at the root.</summary>
    public Guid? CausationId { get; init; }

    /// <summary>Groups an exchange of messages between two parties.</summary>
    public Guid? ConversationId { get; init; }

    public Guid? RunId { get; init; }
    public string? StepId { get; init; }

    /// <summary>From 1.</summary>
    public int? Attempt { get; init; }

    public required Sender Sender { get; init; }

    /// <summary>When it was made, by the sender's clock: for display only.</summary>
    public required DateTimeOffset SentAt { get; init; }

    /// <summary>After this moment nobody starts to work on it (EXPIRED). Judged by the database clock.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Hops left, 0 to 32, one less in every message caused by this one. With 0 nobody handles it (EXPIRED).</summary>
    public int HopsLeft { get; init; } = DefaultHops;

    /// <summary>What may still be spent; absent: no limit of its own.</summary>
    public Budget? Budget { get; init; }

    /// <summary>W3C <c>traceparent</c>.</summary>
    public string? TraceParent { get; init; }

    /// <summary>W3C <c>tracestate</c>.</summary>
    public string? TraceState { get; init; }

    /// <summary>Whose work it is; <c>default</c> where there is only one.</summary>
    public string Tenant { get; init; } = DefaultTenant;

    /// <summary>Hop limit of a new transaction.</summary>
    public const int DefaultHops = 32;

    /// <summary>The tenant where there is only one.</summary>
    public const string DefaultTenant = "default";
}

/// <summary>Who sent a message.</summary>
public sealed record Sender
{
    /// <summary>Agent type or service, for example <c>refund</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The process.</summary>
    public required string Instance { get; init; }

    /// <summary>Version of the code.</summary>
    public required string Build { get; init; }
}

/// <summary>What may still be spent on this branch of the work.</summary>
public sealed record Budget
{
    /// <summary>Model tokens left, 0 or more.</summary>
    public long? Tokens { get; init; }

    /// <summary>Money left in millionths of a US dollar, 0 or more.</summary>
    public long? CostMicroUsd { get; init; }

    /// <summary>Levels of sub-runs left, 0 or more.</summary>
    public int? Depth { get; init; }
}
