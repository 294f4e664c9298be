using System.Collections.Concurrent;

namespace Coordination.Persistence.Tests;

/// <summary>Remembers what commits handed over, and delivers nothing.</summary>
internal sealed class RecordingRelay : IOutboxRelay
{
    public ConcurrentQueue<(IReadOnlyList<OutboxRow> Rows, IReadOnlyList<long> Older)> Commits { get; } = new();

    public ConcurrentQueue<TimeSpan> Timers { get; } = new();

    public void Committed(IReadOnlyList<OutboxRow> rows, IReadOnlyList<long> olderPending) => Commits.Enqueue((rows, olderPending));

    public void TimerStored(TimeSpan delay) => Timers.Enqueue(delay);
}
