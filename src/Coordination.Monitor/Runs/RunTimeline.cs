namespace Coordination.Monitor;

/// <summary>A run in time: a lane a step, and one more below for each step that is undone.</summary>
public sealed record Timeline(DateTimeOffset From, DateTimeOffset To, DateTimeOffset Now, bool Ended, IReadOnlyList<TimelineLane> Lanes);

/// <summary>
/// A step's lane. Critical: on the longest chain of steps, the one that decided how long the run took. TookMs: of what is over; Since: when what still goes on began.
/// </summary>
public sealed record TimelineLane(
    string StepId,
    string AgentType,
    bool Undo,
    string Status,
    IReadOnlyList<TimelineBar> Bars,
    bool Critical,
    long TookMs,
    DateTimeOffset? Since
);

/// <summary>A stretch of time. To: null while it lasts. Attempt: of an undo, the how-manieth undo. Seq: the entry that began it.</summary>
public sealed record TimelineBar(
    string Kind,
    DateTimeOffset From,
    DateTimeOffset? To,
    int? Attempt,
    string Outcome,
    int Seq,
    string? Detail,
    Guid? BallotId
);

/// <summary>Makes the timeline from plan and history. Pure.</summary>
internal static class RunTimeline
{
    /// <param name="file">As it is, or was: then nothing of it is later than its last entry.</param>
    /// <param name="now">The database clock.</param>
    public static Timeline Of(RunFile file, DateTimeOffset now)
    {
        var run = RunAt.Of(file.Plan, file.History);
        var at = file.Moment is null ? now : file.LastAt;
        var end = run.EndedAt ?? at;
        var all = Bars(file, run.EndedAt);
        var critical = Critical(file.Plan, all);
        var lanes = new List<TimelineLane>();
        var undo = new List<(int Seq, TimelineLane Lane)>();
        foreach (var step in file.Plan)
        {
            var status = run[step.StepId].Status;
            lanes.Add(Lane(step, undo: false, status, all[step.StepId], critical.Contains(step.StepId)));
            if (all[step.StepId].FirstOrDefault(bar => bar.Kind == "undo") is { } first)
                undo.Add((first.Seq, Lane(step, undo: true, status, all[step.StepId], critical: false)));
        }
        lanes.AddRange(undo.OrderBy(lane => lane.Seq).Select(lane => lane.Lane));
        return new Timeline(file.Run.AcceptedAt, end, at, run.EndedAt is not null, lanes);
    }

    private static TimelineLane Lane(PlanStepRow step, bool undo, string status, IEnumerable<TimelineBar> bars, bool critical)
    {
        TimelineBar[] own = [.. bars.Where(bar => bar.Kind == "undo" == undo)];
        return new TimelineLane(
            step.StepId,
            undo ? step.UndoneBy ?? step.AgentType : step.AgentType,
            undo,
            status,
            own,
            critical,
            Took(own),
            Since(own)
        );
    }

    /// <summary>The bars of every step. All that says how long a step took is counted from them.</summary>
    public static Dictionary<string, List<TimelineBar>> Bars(RunFile file, DateTimeOffset? ended)
    {
        var byStep = file.History.Where(entry => entry.StepId is not null).ToLookup(entry => entry.StepId!, StringComparer.Ordinal);
        return file.Plan.ToDictionary(step => step.StepId, step => Bars(byStep[step.StepId], ended), StringComparer.Ordinal);
    }

    /// <summary>What is over of the work; of a step that only waited, of its waits.</summary>
    public static long Took(IReadOnlyList<TimelineBar> bars) =>
        (long)Counted(bars).Sum(bar => bar.To is { } to ? (to - bar.From).TotalMilliseconds : 0);

    /// <summary>Since when it works, or waits where it never worked; null when it does not.</summary>
    public static DateTimeOffset? Since(IReadOnlyList<TimelineBar> bars) => Counted(bars).LastOrDefault(bar => bar.To is null)?.From;

    private static IEnumerable<TimelineBar> Counted(IReadOnlyList<TimelineBar> bars) =>
        bars.Any(bar => bar.Kind is "work" or "undo") ? bars.Where(bar => bar.Kind is "work" or "undo") : bars;

    private static List<TimelineBar> Bars(IEnumerable<RunEvent> entries, DateTimeOffset? ended)
    {
        var bars = new List<TimelineBar>();
        var (undoing, undos) = (false, 0);
        void Close(RunEvent entry, string outcome, string? detail = null)
        {
            if (bars is [.., { To: null } open])
                bars[^1] = open with { To = entry.At, Outcome = outcome, Detail = detail ?? open.Detail };
        }
        void Open(RunEvent entry, string kind, string? detail = null, Guid? ballot = null) =>
            bars.Add(new TimelineBar(kind, entry.At, null, kind == "undo" ? undos : entry.Attempt, "open", entry.Seq, detail, ballot));
        foreach (var entry in entries)
        {
            var reason = entry.Detail.GetValueOrDefault("reason");
            switch (entry.Event)
            {
                case "step-dispatched":
                    Close(entry, "done");
                    Open(entry, "work");
                    break;
                case "step-completed":
                    Close(entry, "done");
                    break;
                case "step-retry":
                    Close(entry, "retried", reason);
                    Open(entry, "retry-wait", reason);
                    break;
                case "step-failed":
                    Close(entry, "failed", reason);
                    break;
                case "step-stopped":
                    Close(entry, "stopped", reason);
                    break;
                case "question-asked":
                    Close(entry, "done");
                    Open(entry, "question", entry.Detail.GetValueOrDefault("question"));
                    break;
                case "question-answered":
                    Close(entry, "done", entry.Detail.TryGetValue("by", out var by) ? $"answered by {by}" : null);
                    break;
                case "ballot-opened":
                    Open(
                        entry,
                        "ballot",
                        entry.Detail.GetValueOrDefault("policy"),
                        Guid.TryParse(entry.Detail.GetValueOrDefault("ballot"), out var ballot) ? ballot : null
                    );
                    break;
                case "ballot-decided":
                    Close(entry, "done", entry.Detail.GetValueOrDefault("option") ?? entry.Detail.GetValueOrDefault("outcome"));
                    break;
                case "step-compensating":
                    Close(entry, "done");
                    (undoing, undos) = (true, undos + 1);
                    Open(entry, "undo");
                    break;
                case "step-compensated":
                    Close(entry, "done");
                    break;
                case "compensation-retry":
                    Close(entry, "retried", reason);
                    break;
                case "compensation-failed":
                    Close(entry, "failed", reason);
                    break;
            }
        }
        // Nothing lasts longer than the run.
        if (ended is { } end && bars is [.., { To: null } last])
            bars[^1] = last with { To = end, Outcome = undoing ? "failed" : "stopped" };
        return bars;
    }

    /// <summary>From the step that was done with last back over those it waited for, each time over the one that kept it longest. Undoing is no part of it.</summary>
    private static HashSet<string> Critical(IReadOnlyList<PlanStepRow> plan, Dictionary<string, List<TimelineBar>> bars)
    {
        var byId = plan.ToDictionary(step => step.StepId, StringComparer.Ordinal);
        TimelineBar? Last(string id) => bars[id].LastOrDefault(bar => bar.Kind != "undo");
        DateTimeOffset End(PlanStepRow step) => Last(step.StepId)!.To ?? DateTimeOffset.MaxValue;
        var chain = new HashSet<string>(StringComparer.Ordinal);
        var last = plan.Where(step => Last(step.StepId) is not null).MaxBy(End);
        while (last is not null && chain.Add(last.StepId))
            last = last.DependsOn.Where(byId.ContainsKey).Select(id => byId[id]).Where(step => Last(step.StepId) is not null).MaxBy(End);
        return chain;
    }
}
