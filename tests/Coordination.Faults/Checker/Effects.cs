namespace Coordination.Faults.Checker;

/// <summary>The ledger against what runs say was done (I-3, I-6).</summary>
public static class Effects
{
    /// <summary>
    /// I-3: a done step has one effect, an undone one also one undoing, and a step that was not done none, unless an attempt of it ran out of time or was
    /// asked to stop: then nobody can know, and it is listed as in doubt.
    /// </summary>
    public static IEnumerable<Violation> EveryDoneStepHasOneEffect(Evidence evidence)
    {
        var effects = evidence.Effects.ToLookup(effect => (effect.RunId, effect.StepId, effect.Tool));
        var steps = evidence
            .History.Where(line => line.StepId is not null)
            .ToLookup(line => (line.RunId, StepId: line.StepId!))
            .ToDictionary(lines => lines.Key, lines => lines.ToList());
        foreach (var ((runId, stepId), lines) in steps)
        {
            var done = effects[(runId, stepId, "do")].Count();
            var undone = effects[(runId, stepId, "undo")].Count();
            if (lines.Exists(line => line.Type == "step-completed") ? done != 1 : done > (InDoubt(lines) ? 1 : 0))
            {
                yield return new Violation("I-3", $"step {stepId} of run {runId} ({lines[^1].Type}) has {done} effects");
            }

            if (lines.Exists(line => line.Type == "step-compensated") ? undone != 1 : undone > (CompensationInDoubt(lines) ? 1 : 0))
            {
                yield return new Violation("I-3", $"step {stepId} of run {runId} ({lines[^1].Type}) has {undone} undoings");
            }
        }

        foreach (var effect in evidence.Effects.Where(effect => !steps.ContainsKey((effect.RunId, effect.StepId))))
        {
            yield return new Violation("I-3", $"effect {effect.Key} belongs to no step of a run ({effect.RunId}, {effect.StepId})");
        }

        foreach (var call in evidence.Calls.GroupBy(call => (call.RunId, call.StepId, call.Tool)))
        {
            if (call.Select(one => one.Key).Distinct(StringComparer.Ordinal).Skip(1).Any())
            {
                yield return new Violation("I-3", $"step {call.Key.StepId} of run {call.Key.RunId} called under different keys");
            }
        }
    }

    /// <summary>Steps of which it cannot be known whether they had their effect, for the report.</summary>
    public static int CountInDoubt(Evidence evidence) =>
        evidence
            .History.Where(line => line.StepId is not null)
            .GroupBy(line => (line.RunId, line.StepId))
            .Count(lines => !lines.Any(line => line.Type == "step-completed") && InDoubt([.. lines]));

    /// <summary>I-6: the outside world was not called more often than attempts and lost processes explain.</summary>
    public static IEnumerable<Violation> RepeatsAreBounded(Evidence evidence)
    {
        var repeats = CountRepeats(evidence);
        if (repeats > evidence.RepeatsAllowed)
        {
            yield return new Violation("I-6", $"{repeats} calls repeat an attempt; the faults explain at most {evidence.RepeatsAllowed}");
        }
    }

    /// <summary>Calls beyond the first of their attempt.</summary>
    public static int CountRepeats(Evidence evidence) =>
        evidence.Calls.Count - evidence.Calls.Select(call => (call.RunId, call.StepId, call.Tool, call.Attempt)).Distinct().Count();

    // A failed attempt is judged after its effect was possible; one that failed by itself in these workloads did so before or is tried again.
    private static bool InDoubt(List<HistoryLine> lines) =>
        lines.Exists(line =>
            line.Type is "step-retry" or "step-failed" or "step-stopped" or "step-dispatched"
            && line.Reason is "DEADLINE_EXCEEDED" or "CANCELLED"
        );

    private static bool CompensationInDoubt(List<HistoryLine> lines) =>
        lines.Exists(line => line.Type is "compensation-retry" or "compensation-failed");
}
