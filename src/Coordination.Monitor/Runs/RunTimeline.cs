namespace Coordination.Monitor;

/// <summary>A run in time: a lane a step, and one more below for each step that is undone.</summary>
public sealed record Timeline(DateTimeOffset From, DateTimeOffset To, DateTimeOffset Now, bool Ended, IReadOnlyList<TimelineLane> Lanes);

/// <summary>A step's lane. Critical: on the longest chain of steps, the one that decided how long the run took.</summary>
public sealed record TimelineLane(
    string StepId,
    string AgentType,
    bool Undo,
    string Status,
    IReadOnlyList<TimelineBar> Bars,
    bool Critical
);

/// <summary>A stretch of time. To: null while it lasts. Seq: the entry that began it.</summary>
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
    public static Timeline Of(RunFile file, DateTimeOffset now, int upTo = int.MaxValue)
    {
        var history = file.History.TakeWhile(entry => entry.Seq <= upTo).ToList();
        var run = RunAt.Of(file.Plan, history);
        var whole = upTo >= file.LastSeq;
        var end =
            run.EndedAt
            ?? (
                whole ? now
                : history.Count == 0 ? file.Run.AcceptedAt
                : history[^1].At
            );
        var byStep = history.Where(entry => entry.StepId is not null).ToLookup(entry => entry.StepId!, StringComparer.Ordinal);
        var all = file.Plan.ToDictionary(step => step.StepId, step => Bars(byStep[step.StepId], run.EndedAt), StringComparer.Ordinal);
        var critical = Critical(file.Plan, all);
        var lanes = new List<TimelineLane>();
        var undo = new List<(int Seq, TimelineLane Lane)>();
        foreach (var step in file.Plan)
        {
            var at = run[step.StepId];
            var bars = all[step.StepId];
            lanes.Add(
                new TimelineLane(
                    step.StepId,
                    step.AgentType,
                    false,
                    at.Status,
                    [.. bars.Where(bar => bar.Kind != "undo")],
                    critical.Contains(step.StepId)
                )
            );
            if (bars.FirstOrDefault(bar => bar.Kind == "undo") is { } first)
            {
                List<TimelineBar> undoing = [.. bars.Where(bar => bar.Kind == "undo")];
                undo.Add((first.Seq, new TimelineLane(step.StepId, step.UndoneBy ?? step.AgentType, true, at.Status, undoing, false)));
            }
        }
        lanes.AddRange(undo.OrderBy(lane => lane.Seq).Select(lane => lane.Lane));
        return new Timeline(file.Run.AcceptedAt, end, now, run.EndedAt is not null, lanes);
    }

    private static List<TimelineBar> Bars(IEnumerable<RunEvent> entries, DateTimeOffset? ended)
    {
        var bars = new List<TimelineBar>();
        var undoing = false;
        void Close(RunEvent entry, string outcome, string? detail = null)
        {
            if (bars is [.., { To: null } open])
                bars[^1] = open with { To = entry.At, Outcome = outcome, Detail = detail ?? open.Detail };
        }
        void Open(RunEvent entry, string kind, string? detail = null, Guid? ballot = null) =>
            bars.Add(new TimelineBar(kind, entry.At, null, entry.Attempt, "open", entry.Seq, detail, ballot));
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
                    undoing = true;
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
