using System.Diagnostics.Metrics;

namespace Coordination.Persistence;

/// <summary>Counters and gauges of inbox and outbox, meter <c>Coordination</c>.</summary>
public sealed class PersistenceMetrics : IDisposable
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "Coordination";

    private readonly Meter meter = new(Name);
    private readonly Counter<long> duplicates;
    private readonly Counter<long> delivered;
    private readonly Counter<long> failed;
    private readonly Counter<long> parked;
    private readonly Histogram<double> lag;
    private OutboxFigures figures = new(0, 0, TimeSpan.Zero, 0);
    private long duplicateTotal;

    public PersistenceMetrics()
    {
        duplicates = meter.CreateCounter<long>("coordination.inbox.duplicates", "{message}", "Deliveries the inbox already knew");
        delivered = meter.CreateCounter<long>("coordination.outbox.delivered", "{message}", "Messages confirmed by the broker");
        failed = meter.CreateCounter<long>("coordination.outbox.failed", "{message}", "Deliveries that failed and will be tried again");
        parked = meter.CreateCounter<long>("coordination.deadletters.parked", "{message}", "Messages parked with a reason");
        lag = meter.CreateHistogram<double>("coordination.outbox.lag", "ms", "Time from due to confirmed");
        meter.CreateObservableGauge("coordination.outbox.backlog", () => figures.Backlog, "{message}", "Rows waiting for delivery");
        meter.CreateObservableGauge("coordination.outbox.timers", () => figures.Timers, "{message}", "Timers waiting for their time");
        meter.CreateObservableGauge(
            "coordination.outbox.oldest",
            () => figures.OldestDue.TotalSeconds,
            "s",
            "How long the oldest due row waits"
        );
        meter.CreateObservableGauge("coordination.deadletters.open", () => figures.Dead, "{message}", "Dead letters open");
    }

    /// <summary>Duplicates seen by this process.</summary>
    public long DuplicateTotal => Interlocked.Read(ref duplicateTotal);

    internal void Duplicate(string endpoint)
    {
        Interlocked.Increment(ref duplicateTotal);
        duplicates.Add(1, new KeyValuePair<string, object?>("endpoint", endpoint));
    }

    internal void Delivered(int count, TimeSpan after)
    {
        delivered.Add(count);
        lag.Record(after.TotalMilliseconds);
    }

    internal void Failed() => failed.Add(1);

    internal void Parked(string reason) => parked.Add(1, new KeyValuePair<string, object?>("reason", reason));

    internal void Observe(OutboxFigures now) => figures = now;

    public void Dispose() => meter.Dispose();
}
