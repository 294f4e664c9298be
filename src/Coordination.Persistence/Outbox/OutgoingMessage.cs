namespace Coordination.Persistence;

/// <summary>A message as it is stored and as it leaves: the body is bytes and is never parsed again.</summary>
public sealed record OutgoingMessage
{
    /// <summary>
    /// The largest body that is stored, in bytes: what the broker's <c>max_message_size</c> should be. A broker refuses a larger one by closing the
    /// channel, or never confirms it.
    /// </summary>
    public const int MaxBodyBytes = 1_048_576;

    public required Guid MessageId { get; init; }

    /// <summary>Transport address, for example <c>exchange:agent-refund</c>.</summary>
    public required string Destination { get; init; }

    /// <summary>Contract name and major, for example <c>step.execute.v1</c>, or message URNs. For people and filters.</summary>
    public required string MessageType { get; init; }

    public required string ContentType { get; init; }

    public required byte[] Body { get; init; }

    /// <summary>Transport headers, the envelope's among them.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = EmptyHeaders;

    public Guid? CorrelationId { get; init; }
    public Guid? ConversationId { get; init; }
    public Guid? InitiatorId { get; init; }
    public Guid? RequestId { get; init; }
    public string? SourceAddress { get; init; }
    public string? ResponseAddress { get; init; }
    public string? FaultAddress { get; init; }

    /// <summary>What the message belongs to, for a run its id: lists and filters use it.</summary>
    public Guid? GroupId { get; init; }

    /// <summary>
    /// Messages of one <see cref="GroupId"/> with this set leave in commit order. Only for producers that commit one at a time per group
    /// (a saga holds its row lock); never for timers.
    /// </summary>
    public bool Ordered { get; init; }

    /// <summary>The broker must be able to route it; otherwise it stays pending with its reason. Events without a declared subscriber: false.</summary>
    public bool Mandatory { get; init; } = true;

    /// <summary>Makes it a timer: leaves this long after the commit by the database clock.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Handle for moving and cancelling a timer.</summary>
    public Guid? Token { get; init; }

    /// <summary>Dropped instead of sent after this moment.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    private static readonly IReadOnlyDictionary<string, string> EmptyHeaders = new Dictionary<string, string>(0);
}

/// <summary>A row of the outbox: a message with its place and its tries.</summary>
public sealed record OutboxRow
{
    /// <summary>Commit order within a group.</summary>
    public required long Id { get; init; }
    public required OutgoingMessage Message { get; init; }

    /// <summary>Failed deliveries so far (a broker that cannot be reached does not count).</summary>
    public int Attempts { get; init; }
}
