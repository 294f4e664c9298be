using Coordination.Faults.Checker;

namespace Coordination.Faults.Matrix;

/// <summary>How the runs of the matrix end, and how soon they go on after a kill.</summary>
public static class RunChecks
{
    /// <summary>Kills change how long a run takes, not how it ends; undoing that is in doubt ends it as it must.</summary>
    public static IEnumerable<Violation> EveryRunEndsAsItWasMadeTo(MatrixEvidence evidence)
    {
        var status = evidence.Fleet.Runs.ToDictionary(run => run.RunId, run => run.Status);
        var history = evidence.Fleet.History.ToLookup(line => line.RunId);
        foreach (var submission in evidence.Fleet.Submissions.Where(one => status.ContainsKey(one.RunId)))
        {
            var expected = submission.Kind == "undone" ? "failed" : "completed";
            if (status[submission.RunId] != expected)
            {
                yield return new Violation(
                    "I-1",
                    $"run {submission.RunId} ({submission.Kind}) is {status[submission.RunId]}, expected {expected}"
                );
            }

            var lines = history[submission.RunId].ToList();
            var failed = lines.Find(line => line.Type == "compensation-failed");
            if (failed is { Reason: not "IN_DOUBT" })
            {
                yield return new Violation("WAL-10", $"run {submission.RunId}: undoing step {failed.StepId} failed with {failed.Reason}");
            }

            var (done, undone) = (lines.Count(line => line.Type == "step-completed"), lines.Count(line => line.Type == "step-compensated"));
            if (expected == "failed" && failed is null && done != undone)
            {
                yield return new Violation("WAL-10", $"run {submission.RunId} has done {done} steps and undone {undone}");
            }
        }
    }

    /// <summary>How much later than their lease's end claims of dead owners were taken over, as far as a worker was there to do it.</summary>
    /// <param name="again">
    /// Those whose owners had died before: each may be what ends its process, so a process carries out one of them at a time. Else the others.
    /// </param>
    public static IReadOnlyList<TimeSpan> Takeovers(MatrixEvidence evidence, bool again) =>
        [
            .. evidence
                .Fleet.Claims.GroupBy(change => change.ClaimId)
                .SelectMany(changes => changes.Zip(changes.Skip(1)))
                .Where(pair => pair.Second.Epoch > pair.First.Epoch && pair.First.Owner is not null && pair.First.Epoch > 1 == again)
                .Select(pair => Attended(evidence.Workers, pair.First.ExpiresAt, pair.Second.At)),
        ];

    /// <summary>WAL-04: what a dead worker held goes on in time.</summary>
    public static IEnumerable<Violation> DeadWorkersAreReplacedInTime(MatrixEvidence evidence) =>
        Takeovers(evidence, again: false)
            .Where(late => late > evidence.ResumesWithin)
            .Select(late => new Violation("WAL-04", $"a claim was taken over {late.TotalSeconds:0.0} s after its lease's end"));

    /// <summary>How much of a span at least one worker was there.</summary>
    private static TimeSpan Attended(IReadOnlyList<UpTime> workers, DateTimeOffset from, DateTimeOffset until)
    {
        var (total, covered) = (TimeSpan.Zero, from);
        foreach (var worker in workers.Where(worker => worker.Until > from && worker.From < until).OrderBy(worker => worker.From))
        {
            var begin = worker.From > covered ? worker.From : covered;
            var end = worker.Until < until ? worker.Until : until;
            if (end > begin)
            {
                total += end - begin;
                covered = end;
            }
        }

        return total;
    }
}
