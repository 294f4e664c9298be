namespace Coordination.Persistence;

/// <summary>Takes committed messages for immediate delivery from memory.</summary>
public interface IOutboxRelay
{
    /// <summary>
    /// Called after each commit with the rows just stored, in order, timers left out. <paramref name="olderPending"/> holds ids of ordered rows of
    /// the same group that were stored before and are not delivered yet. Never blocks and never throws: what it does not take is
    /// delivered by the sweep after the grace time.
    /// </summary>
    void Committed(IReadOnlyList<OutboxRow> rows, IReadOnlyList<long> olderPending);

    /// <summary>Called after each commit that stored a timer.</summary>
    void TimerStored(TimeSpan delay);
}
