namespace Coordination.Persistence;

/// <summary>A handled message: the row exists, so its effects are committed.</summary>
public sealed class InboxRecord
{
    /// <summary>The partition, a function of the message's id (<see cref="InboxBucket"/>). PostgreSQL only.</summary>
    public int Bucket { get; set; }
    public Guid ConsumerId { get; set; }
    public Guid MessageId { get; set; }
    public DateTimeOffset ReceivedAt { get; set; }
}

/// <summary>A message on its way, or a timer: only the due time differs.</summary>
public sealed class OutboxRecord
{
    public long Id { get; set; }
    public Guid MessageId { get; set; }

    /// <summary>The sweep delivers it from now on. Grace, lease and back-off all move this time and nothing else.</summary>
    public DateTimeOffset DueAt { get; set; }
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Embedded mode: given to the in-memory transport, waiting for the receiver's commit.</summary>
    public DateTimeOffset? HandedOverAt { get; set; }
    public Guid? GroupId { get; set; }
    public bool Ordered { get; set; }

    /// <summary>Set for timers only.</summary>
    public Guid? Token { get; set; }
    public required string MessageType { get; set; }
    public required string Destination { get; set; }

    /// <summary>The last part of the destination, for example <c>agent-refund</c>.</summary>
    public required string Endpoint { get; set; }
    public required string ContentType { get; set; }
    public required byte[] Body { get; set; }

    /// <summary>Headers, correlation ids and addresses as JSON; null when there are none.</summary>
    public string? Meta { get; set; }
    public bool Mandatory { get; set; }
    public DateTimeOffset? ExpiresAt { get; set; }
    public int Attempts { get; set; }
    public string? LastError { get; set; }

    /// <summary>Deliveries that were refused as JSON, a bounded number; null while there is none.</summary>
    public string? Failures { get; set; }
}

/// <summary>A message that could not be handled (<c>in</c>) or delivered (<c>out</c>).</summary>
public sealed class DeadLetterRecord
{
    public long Id { get; set; }
    public required string Direction { get; set; }
    public required string Endpoint { get; set; }
    public required string Reason { get; set; }
    public required string Detail { get; set; }
    public DateTimeOffset ParkedAt { get; set; }
    public int Attempts { get; set; }
    public Guid MessageId { get; set; }
    public Guid? GroupId { get; set; }
    public required string MessageType { get; set; }
    public required string Destination { get; set; }
    public required string ContentType { get; set; }
    public required byte[] Body { get; set; }
    public string? Meta { get; set; }
    public bool Mandatory { get; set; }
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>One of <see cref="LetterState"/>; open until a person decides.</summary>
    public string State { get; set; } = LetterState.Open;

    /// <summary>Failed attempts as JSON, a bounded number; null when none is known.</summary>
    public string? Failures { get; set; }

    /// <summary>Type of the exception of the last failed attempt, from <see cref="Failures"/>: computed by the database, so that letters can be grouped by it.</summary>
    public string? Error { get; private set; }

    /// <summary>The same for letters that failed alike: direction, endpoint, reason, message type and error in one; computed by the database.</summary>
    public string? Alike { get; private set; }

    /// <summary>The letter this is a version of, or a retry of which failed again.</summary>
    public long? Replaces { get; set; }
    public long? ReplacedBy { get; set; }
    public DateTimeOffset? SettledAt { get; set; }
    public string? SettledBy { get; set; }
    public string? SettledBecause { get; set; }
}

/// <summary>How often a message came back without having been settled.</summary>
public sealed class RedeliveryRecord
{
    public Guid ConsumerId { get; set; }
    public Guid MessageId { get; set; }
    public int Count { get; set; }
    public DateTimeOffset At { get; set; }

    /// <summary>Deliveries that did not come to an end as JSON, a bounded number.</summary>
    public string? Failures { get; set; }
}
