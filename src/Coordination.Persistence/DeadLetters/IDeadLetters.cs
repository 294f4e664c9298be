namespace Coordination.Persistence;

/// <summary>Messages that could not be handled or delivered, parked with their reason until a person decides.</summary>
public interface IDeadLetters
{
    /// <summary>
    /// Parks a message that arrived (idempotent by endpoint and message id) and settles its delivery. Opens its own transaction.
    /// </summary>
    Task ParkAsync(ParkedMessage message, CancellationToken cancellationToken = default);

    Task<IReadOnlyList<DeadLetter>> ListAsync(string? reason, Guid? groupId, int limit, CancellationToken cancellationToken = default);

    Task<DeadLetter?> FindAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>Puts it back on its way with its own message id, so that what was committed before is not repeated; false when it is gone.</summary>
    Task<bool> RetryAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>Removes it for good; false when it is gone.</summary>
    Task<bool> DiscardAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Counts a delivery of a message that was delivered before, in its own transaction, ahead of the handler; returns the count so far.
    /// Bounds messages that kill the process that handles them.
    /// </summary>
    Task<int> CountRedeliveryAsync(InboxKey key, CancellationToken cancellationToken = default);
}

/// <summary>An arrived message to park.</summary>
public sealed record ParkedMessage
{
    /// <summary>Where it arrived, for example <c>agent-refund</c>; a retry goes there again.</summary>
    public required string Endpoint { get; init; }

    /// <summary>One of the contracts' reason codes.</summary>
    public required string Reason { get; init; }

    /// <summary>What was wrong, for a person; never exception text from an agent.</summary>
    public required string Detail { get; init; }

    /// <summary>The message; <see cref="OutgoingMessage.Destination"/> is where a retry sends it.</summary>
    public required OutgoingMessage Message { get; init; }

    public int Attempts { get; init; }
}

/// <summary>A parked message.</summary>
public sealed record DeadLetter
{
    public required long Id { get; init; }

    /// <summary><c>in</c>: arrived and not handled; <c>out</c>: stored and not delivered.</summary>
    public required string Direction { get; init; }
    public required string Endpoint { get; init; }
    public required string Reason { get; init; }
    public required string Detail { get; init; }
    public required DateTimeOffset ParkedAt { get; init; }
    public required int Attempts { get; init; }
    public required OutgoingMessage Message { get; init; }
}
