using Coordination.Faults.Checker;

namespace Coordination.Faults.Matrix;

/// <summary>The journal by itself (WAL-02, WAL-03).</summary>
public static class JournalChecks
{
    /// <summary>WAL-03: per run numbered without a gap, and each record bound to the one before.</summary>
    public static IEnumerable<Violation> EveryJournalIsWhole(MatrixEvidence evidence)
    {
        foreach (var run in evidence.Journal.GroupBy(line => line.RunId))
        {
            var (before, expected) = (new byte[32], 1L);
            foreach (var line in run)
            {
                if (line.Seq != expected)
                {
                    yield return new Violation("WAL-03", $"run {run.Key}: record {expected} of the journal is missing");
                    break;
                }

                if (!line.Hash.AsSpan().SequenceEqual(line.HashAfter(before)))
                {
                    yield return new Violation("WAL-03", $"run {run.Key}: the hash of record {line.Seq} is not that of its content");
                    break;
                }

                (before, expected) = (line.Hash, expected + 1);
            }
        }
    }

    /// <summary>WAL-04: what has succeeded is not begun again.</summary>
    public static IEnumerable<Violation> NothingDoneIsBegunAgain(MatrixEvidence evidence)
    {
        var done = new HashSet<string>();
        foreach (var line in evidence.Journal.Where(line => line.Key is not null))
        {
            if (line.Kind == "intent" && done.Contains(line.Key!))
            {
                yield return new Violation(
                    "WAL-04",
                    $"run {line.RunId}: record {line.Seq} begins an effect of step {line.StepId} that was done"
                );
            }

            if (line.Kind is "outcome" or "signal" && line.Status == "succeeded" && !done.Add(line.Key!))
            {
                yield return new Violation(
                    "WAL-02",
                    $"run {line.RunId}: record {line.Seq} ends an effect of step {line.StepId} that had ended"
                );
            }
        }
    }
}
