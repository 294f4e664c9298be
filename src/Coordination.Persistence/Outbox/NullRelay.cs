namespace Coordination.Persistence;

/// <summary>Takes nothing: every message waits for the sweep. For programs that only store.</summary>
internal sealed class NullRelay : IOutboxRelay
{
    public void Committed(IReadOnlyList<OutboxRow> rows, IReadOnlyList<long> olderPending) { }

    public void TimerStored(TimeSpan delay) { }
}
