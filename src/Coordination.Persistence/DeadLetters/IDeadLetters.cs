using Coordination.Contracts;

namespace Coordination.Persistence;

/// <summary>
/// Messages that could not be handled or delivered, parked with their reason until a person decides. What was decided is kept with who did it, for as long as
/// <see cref="RetentionOptions.DeadLetters"/>.
/// </summary>
public interface IDeadLetters
{
    /// <summary>
    /// Parks a message that arrived (idempotent by endpoint and message id while it is open) and settles its delivery. Opens its own transaction.
    /// </summary>
    Task ParkAsync(ParkedMessage message, CancellationToken cancellationToken = default);

    /// <summary>The newest first.</summary>
    Task<IReadOnlyList<DeadLetter>> ListAsync(LetterFilter filter, int limit, CancellationToken cancellationToken = default);

    /// <summary>Open ones, the newest first.</summary>
    Task<IReadOnlyList<DeadLetter>> ListAsync(string? reason, Guid? groupId, int limit, CancellationToken cancellationToken = default) =>
        ListAsync(new LetterFilter { Reason = reason, GroupId = groupId }, limit, cancellationToken);

    /// <summary>Ids only, the oldest first: the order in which many are retried.</summary>
    Task<IReadOnlyList<long>> IdsAsync(LetterFilter filter, int limit, CancellationToken cancellationToken = default);

    Task<DeadLetter?> FindAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Puts it back on its way with its own message id, so that what was committed before is not repeated; false when it is not open. Should it fail again, it is
    /// parked as a new letter.
    /// </summary>
    Task<bool> RetryAsync(long id, string by, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes a version with another body, after the same checks as at the door of an endpoint, and with the same message id: nothing of it was committed under
    /// that id, or the rest of it must not be repeated. Null when it is not open.
    /// </summary>
    Task<LetterEdit?> EditAsync(
        long id,
        byte[] body,
        string by,
        ContractLimits? limits = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>Gives it up; false when it is not open.</summary>
    Task<bool> DiscardAsync(long id, string because, string by, CancellationToken cancellationToken = default);

    /// <summary>
    /// Counts a delivery of a message that was delivered before, in its own transaction, ahead of the handler; returns the count so far.
    /// Bounds messages that kill the process that handles them.
    /// </summary>
    Task<int> CountRedeliveryAsync(InboxKey key, CancellationToken cancellationToken = default);
}
