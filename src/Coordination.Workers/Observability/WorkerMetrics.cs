using System.Diagnostics.Metrics;
using Coordination.Persistence;

namespace Coordination.Workers;

/// <summary>Counters of the agents of this process, meter <c>Coordination</c>.</summary>
internal sealed class WorkerMetrics : IDisposable
{
    private readonly Meter meter = new(PersistenceMetrics.Name);
    private readonly Counter<long> steps;
    private readonly Histogram<double> duration;
    private readonly UpDownCounter<long> active;
    private readonly Counter<long> fenced;
    private readonly Counter<long> recovered;
    private readonly Counter<long> renewFailures;
    private readonly Counter<long> effects;
    private long fencedTotal;

    public WorkerMetrics()
    {
        steps = meter.CreateCounter<long>("coordination.worker.steps", "{attempt}", "Attempts that ended here, by agent type and outcome");
        duration = meter.CreateHistogram<double>("coordination.worker.step.duration", "s", "Time of an attempt from start to answer");
        active = meter.CreateUpDownCounter<long>("coordination.worker.active", "{attempt}", "Attempts running now");
        fenced = meter.CreateCounter<long>(
            "coordination.worker.fenced",
            "{attempt}",
            "Attempts whose answer was refused because their claim was lost"
        );
        recovered = meter.CreateCounter<long>(
            "coordination.worker.recovered",
            "{attempt}",
            "Attempts taken over from other workers or from the waiting claims"
        );
        effects = meter.CreateCounter<long>(
            "coordination.worker.effect.calls",
            "{call}",
            "Ended calls of effects, reads and models, by tool, status and whether it was the first call"
        );
        renewFailures = meter.CreateCounter<long>("coordination.worker.renew_failures", "{request}", "Lease renewals that failed");
    }

    /// <summary>Answers refused since this process started.</summary>
    public long FencedTotal => Interlocked.Read(ref fencedTotal);

    public void Started(string agentType) => active.Add(1, Tag(agentType));

    public void Ended(string agentType, string outcome, TimeSpan after)
    {
        active.Add(-1, Tag(agentType));
        steps.Add(1, Tag(agentType), new KeyValuePair<string, object?>("outcome", outcome));
        duration.Record(after.TotalSeconds, Tag(agentType), new KeyValuePair<string, object?>("outcome", outcome));
    }

    public void Fenced(string agentType)
    {
        Interlocked.Increment(ref fencedTotal);
        fenced.Add(1, Tag(agentType));
    }

    public void Recovered(string agentType) => recovered.Add(1, Tag(agentType));

    public void EffectEnded(string tool, EffectStatus status, int call) =>
        effects.Add(
            1,
            new KeyValuePair<string, object?>("tool", tool),
            new KeyValuePair<string, object?>("status", Words.Of(status)),
            new KeyValuePair<string, object?>("first", call == 1)
        );

    public void RenewFailed() => renewFailures.Add(1);

    public void Dispose() => meter.Dispose();

    private static KeyValuePair<string, object?> Tag(string agentType) => new("agent.type", agentType);
}
