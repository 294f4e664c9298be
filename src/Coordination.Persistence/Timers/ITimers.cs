namespace Coordination.Persistence;

/// <summary>Pending timers: outbox rows with a due time in the future.</summary>
public interface ITimers
{
    /// <summary>Timers in order of due time, optionally of one group.</summary>
    Task<IReadOnlyList<PendingTimer>> ListAsync(Guid? groupId, int limit, CancellationToken cancellationToken = default);

    /// <summary>Removes a timer; false when it has fired or never was. Inside a transaction use <see cref="IUnitOfWork.CancelTimer"/>.</summary>
    Task<bool> CancelAsync(Guid token, CancellationToken cancellationToken = default);

    /// <summary>Gives a timer another due time, from now by the database clock; false when it has fired or never was.</summary>
    Task<bool> MoveAsync(Guid token, TimeSpan delay, CancellationToken cancellationToken = default);
}

/// <summary>A timer not due yet.</summary>
public sealed record PendingTimer(Guid Token, DateTimeOffset DueAt, string MessageType, string Destination, Guid? GroupId);
