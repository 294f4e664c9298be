namespace Coordination.Persistence;

/// <summary>The outbox table as its relay sees it. All times are the database's.</summary>
public interface IOutboxStore
{
    /// <summary>
    /// Claims up to <paramref name="limit"/> due rows by moving their due time one <paramref name="lease"/> ahead. Two claims never return the same row
    /// while the lease runs; of an ordered group only a gap-free head is returned, in id order. Safe from any number of processes.
    /// </summary>
    Task<IReadOnlyList<OutboxRow>> ClaimDueAsync(int limit, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Time until the next row is due (zero or less: now); null when the table is empty.</summary>
    Task<TimeSpan?> NextDueAsync(CancellationToken cancellationToken);

    /// <summary>Of the given ids, and for the group, says whether an older ordered row is still pending.</summary>
    Task<bool> HasOlderAsync(Guid groupId, long id, CancellationToken cancellationToken);

    /// <summary>Removes delivered rows.</summary>
    Task DeleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken);

    /// <summary>Embedded mode: the rows are handed over and stay until their receiver has committed; only a crash or the lease makes them due again.</summary>
    Task HandedOverAsync(IReadOnlyList<long> ids, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>
    /// Records a failed delivery: due again after <paramref name="delay"/>. With <paramref name="counts"/> the tries rise by one (a broker that cannot be reached
    /// does not count).
    /// </summary>
    Task PostponeAsync(IReadOnlyList<long> ids, string error, TimeSpan delay, bool counts, CancellationToken cancellationToken);

    /// <summary>Moves a row to the dead letters, in one transaction.</summary>
    Task ParkAsync(long id, string reason, string detail, CancellationToken cancellationToken);

    /// <summary>Embedded mode, at start: everything handed over before the last process ended is due now. Timers keep their time. Returns the number of rows.</summary>
    Task<int> RecoverHandedOverAsync(CancellationToken cancellationToken);

    /// <summary>Figures for health checks and metrics.</summary>
    Task<OutboxFigures> FiguresAsync(CancellationToken cancellationToken);
}

/// <summary>
/// The outbox in figures. Exact while the table has at most 5,000 rows. Beyond it the numbers are estimates of the database, and with more than 5,000 timers the
/// backlog leaves out messages that are due later than the first 5,000 rows.
/// </summary>
/// <param name="Backlog">Rows that are no waiting timers.</param>
/// <param name="Timers">Timers not due yet.</param>
/// <param name="OldestDue">How long the oldest due row waits; zero when none is due. Always exact.</param>
/// <param name="Dead">Dead letters open.</param>
public sealed record OutboxFigures(long Backlog, long Timers, TimeSpan OldestDue, long Dead);
