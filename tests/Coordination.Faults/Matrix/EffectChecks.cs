using Coordination.Faults.Checker;

namespace Coordination.Faults.Matrix;

/// <summary>What happened at the sink against what the runs say was done (WAL-13 by class, WAL-01, WAL-05).</summary>
public static class EffectChecks
{
    private static readonly string[] Classes = ["idempotent", "keyed", "probed", "irreversible"];

    /// <summary>
    /// A done step has read at least once, has set its state, and has exactly one effect of each other class; an undone one also exactly one undoing of each. One whose
    /// undoing is in doubt has at most one of each; one that was not done has none.
    /// </summary>
    public static IEnumerable<Violation> EveryEffectHappensOnce(MatrixEvidence evidence)
    {
        var effects = evidence.Effects.CountBy(effect => effect.Of).ToDictionary();
        var calls = evidence.Calls.CountBy(call => call.Of).ToDictionary();
        var states = evidence.States.ToDictionary(state => (state.RunId, state.StepId), state => state.Value);
        foreach (var lines in evidence.Fleet.History.Where(line => line.StepId is not null).GroupBy(line => (line.RunId, line.StepId)))
        {
            var (runId, stepId) = (lines.Key.RunId, lines.Key.StepId!);
            var (done, undone) = (Has("step-completed"), Has("step-compensated"));
            var state = states.GetValueOrDefault((runId, stepId));
            foreach (
                var (undo, least, most) in new[]
                {
                    (false, done ? 1 : 0, done ? 1 : 0),
                    (true, undone ? 1 : 0, Has("step-compensating") ? 1 : 0),
                }
            )
            {
                foreach (var id in Classes.Skip(1).Select(name => new EffectId(runId, stepId, undo, name)))
                {
                    if (effects.GetValueOrDefault(id) is var count && (count < least || count > most))
                    {
                        yield return new Violation(
                            Name(id),
                            $"{id} happened {count} times; expected {least}{(least == most ? "" : $" to {most}")}"
                        );
                    }
                }
            }

            if (done && calls.GetValueOrDefault(new EffectId(runId, stepId, Undo: false, "pure")) == 0)
            {
                yield return new Violation("E0", $"step {stepId} of run {runId} is done and has read nothing");
            }

            if (undone ? state != "undone" : done && state != "done" && !Has("step-compensating"))
            {
                yield return new Violation("E1", $"step {stepId} of run {runId} ({lines.Last().Type}) has set '{state}'");
            }

            bool Has(string type) => lines.Any(line => line.Type == type);
        }
    }

    /// <summary>Whoever asks for the same effect again has the same key.</summary>
    public static IEnumerable<Violation> EveryEffectHasOneKey(MatrixEvidence evidence) =>
        from calls in evidence.Calls.Where(call => call.Of.Class != "pure").GroupBy(call => call.Of)
        let keys = calls.Select(call => call.Key).Distinct().Count()
        where keys != 1
        select new Violation("IDM-02", $"{calls.Key} was called under {keys} keys");

    /// <summary>WAL-01: when a call arrives, an INTENT for it is committed, and it is the last word about the effect.</summary>
    public static IEnumerable<Violation> EveryCallHasItsIntent(MatrixEvidence evidence)
    {
        var seen = new Dictionary<string, int>();
        foreach (var call in evidence.Calls.Where(call => call.Of.Class != "pure"))
        {
            var number = seen[call.Key] = seen.GetValueOrDefault(call.Key) + 1;
            if (call.Intents < number || call.LastRecord != "intent")
            {
                yield return new Violation(
                    "WAL-01",
                    $"call {number} of the {call.Of} came with {call.Intents} intents; the last record was '{call.LastRecord}'"
                );
            }
        }
    }

    /// <summary>WAL-05: what can neither be repeated nor asked about is called once, and once more for each time a person says that it did not happen.</summary>
    public static IEnumerable<Violation> IrreversibleOnesAreCalledOnce(MatrixEvidence evidence)
    {
        var denied = evidence
            .Journal.Where(line => line is { Kind: "signal", Status: "notdone", Key: not null })
            .CountBy(line => line.Key!)
            .ToDictionary();
        return
        [
            .. from calls in evidence.Calls.Where(call => call.Of.Class == "irreversible").CountBy(call => (call.Of, call.Key))
            where calls.Value > 1 + denied.GetValueOrDefault(calls.Key.Key)
            select new Violation(
                "E4",
                $"the {calls.Key.Of} was called {calls.Value} times, denied {denied.GetValueOrDefault(calls.Key.Key)} times"
            ),
            .. from doubt in evidence.Doubts
            where doubt.Calls > 1 || doubt.Of.Class != "irreversible"
            select new Violation("E4", $"the {doubt.Of} is in doubt after {doubt.Calls} calls"),
        ];
    }

    /// <summary>At rest no effect is open, those of done steps have succeeded, and every key the sink knows has a record.</summary>
    public static IEnumerable<Violation> EveryEffectIsSettled(MatrixEvidence evidence)
    {
        var undoing = evidence
            .Fleet.History.Where(line => line.Type == "compensation-failed")
            .Select(line => (line.RunId, line.StepId))
            .ToHashSet();
        foreach (var record in evidence.Records)
        {
            var mayDoubt = record.Of.Undo && undoing.Contains((record.Of.RunId, record.Of.StepId));
            if (record.Status != "succeeded" && !(record.Status == "indoubt" && mayDoubt))
            {
                yield return new Violation("WAL-13", $"the {record.Of} is {record.Status} at rest, after {record.Calls} calls");
            }
        }

        var known = evidence.Records.Select(record => record.Key).ToHashSet();
        foreach (
            var call in evidence.Calls.Where(call => call.Of.Class != "pure" && !known.Contains(call.Key)).DistinctBy(call => call.Key)
        )
        {
            yield return new Violation("WAL-01", $"the {call.Of} was called and has no record");
        }
    }

    private static string Name(EffectId id) =>
        id.Class switch
        {
            "keyed" => "E2",
            "probed" => "E3",
            _ => "E4",
        };
}
