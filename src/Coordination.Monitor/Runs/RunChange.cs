namespace Coordination.Monitor;

/// <summary>The run before and after one entry of its history. Pure.</summary>
internal static class RunChange
{
    /// <summary>Null: there is no such entry.</summary>
    public static StateChange? Of(RunFile file, int seq)
    {
        if (file.History.FirstOrDefault(entry => entry.Seq == seq) is not { } entry)
            return null;
        var before = seq == file.History[0].Seq ? null : View(RunAt.Of(file.Plan, file.History, seq - 1));
        var after = View(RunAt.Of(file.Plan, file.History, seq));
        return new StateChange(seq, entry.At, entry.Event, before, after, Changes(before, after));
    }

    public static StateView View(RunAt run) =>
        new(
            run.Status,
            run.Reason,
            [
                .. run.Steps.Select(step => new StepStateView(
                    step.StepId,
                    step.Status,
                    step.Tries,
                    step.UndoTries,
                    step.Reason,
                    step.WaitingOn
                )),
            ]
        );

    private static List<FieldChange> Changes(StateView? before, StateView after)
    {
        var changes = new List<FieldChange>();
        void Compare(string path, string? was, string? now)
        {
            if (was != now)
                changes.Add(new FieldChange(path, was, now));
        }
        Compare("status", before?.Status, after.Status);
        Compare("reason", before?.Reason, after.Reason);
        var earlier = before?.Steps.ToDictionary(step => step.StepId, StringComparer.Ordinal);
        foreach (var step in after.Steps)
        {
            var was = earlier?.GetValueOrDefault(step.StepId);
            Compare($"steps.{step.StepId}.status", was?.Status, step.Status);
            if (was is null && step.Attempt == 0)
                continue;
            Compare($"steps.{step.StepId}.attempt", was is null ? null : $"{was.Attempt}", $"{step.Attempt}");
            Compare($"steps.{step.StepId}.undoAttempts", was is null ? null : $"{was.UndoAttempts}", $"{step.UndoAttempts}");
            Compare($"steps.{step.StepId}.reason", was?.Reason, step.Reason);
            Compare($"steps.{step.StepId}.waitingOn", was?.WaitingOn, step.WaitingOn);
        }
        return changes;
    }
}
