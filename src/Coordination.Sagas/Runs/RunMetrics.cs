using System.Diagnostics.Metrics;
using Coordination.Persistence;

namespace Coordination.Sagas.Runs;

/// <summary>Counters of the runs this process moves, meter <c>Coordination</c>.</summary>
internal sealed class RunMetrics : IDisposable
{
    private readonly Meter meter = new(PersistenceMetrics.Name);
    private readonly Counter<long> started;
    private readonly Counter<long> ended;
    private readonly Counter<long> refused;
    private readonly Counter<long> stale;
    private readonly Counter<long> retries;
    private readonly UpDownCounter<long> active;
    private readonly Histogram<double> duration;
    private readonly Histogram<double> stepDuration;

    public RunMetrics()
    {
        started = meter.CreateCounter<long>("coordination.runs.started", "{run}", "Runs accepted");
        ended = meter.CreateCounter<long>("coordination.runs.ended", "{run}", "Runs that reached their end, by status");
        refused = meter.CreateCounter<long>("coordination.runs.refused", "{run}", "Submissions refused, by reason");
        stale = meter.CreateCounter<long>(
            "coordination.runs.stale",
            "{message}",
            "Messages that came too late for their run, by type and reason"
        );
        retries = meter.CreateCounter<long>("coordination.steps.retries", "{attempt}", "Attempts after the first, by agent type");
        active = meter.CreateUpDownCounter<long>("coordination.runs.active", "{run}", "Runs started less runs ended by this process");
        duration = meter.CreateHistogram<double>("coordination.runs.duration", "s", "Time from acceptance to the end, by status");
        stepDuration = meter.CreateHistogram<double>(
            "coordination.steps.duration",
            "s",
            "Time from a step's first dispatch to its end, by agent type and status"
        );
    }

    public void Started(RunState run)
    {
        started.Add(1);
        active.Add(1);
        if (run.IsTerminal)
            Ended(run);
    }

    public void Refused(string reason) => refused.Add(1, Tag("reason", reason));

    public void Stale(string type, string reason) => stale.Add(1, Tag("type", type), Tag("reason", reason));

    /// <summary>Counts what a committed decision changed.</summary>
    public void Moved(RunState? before, RunState after)
    {
        if (before is null)
            return;
        for (var i = 0; i < after.Steps.Length; i++)
        {
            var (was, step) = (before.Steps[i], after.Steps[i]);
            if (step.Status == StepStatus.Dispatched && step.Attempt > was.Attempt && was.Status == StepStatus.RetryWait)
                retries.Add(1, Tag("agent_type", step.AgentType));
            if (step.StartedAt is { } start && was.EndedAt is null && step.EndedAt is { } end)
                stepDuration.Record(
                    (end - start).TotalSeconds,
                    Tag("agent_type", step.AgentType),
                    Tag("status", RunJson.NameOf(step.Status))
                );
        }
        if (after.IsTerminal && !before.IsTerminal)
            Ended(after);
    }

    public void Dispose() => meter.Dispose();

    private void Ended(RunState run)
    {
        var status = Tag("status", RunJson.NameOf(run.Status));
        active.Add(-1);
        ended.Add(1, status);
        duration.Record((run.EndedAt!.Value - run.StartedAt).TotalSeconds, status);
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
