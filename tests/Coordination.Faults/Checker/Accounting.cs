namespace Coordination.Faults.Checker;

/// <summary>What was asked for against what became of it.</summary>
public static class Accounting
{
    /// <summary>I-1: a run that is known ends exactly once.</summary>
    public static IEnumerable<Violation> EveryRunEndsOnce(Evidence evidence)
    {
        var ends = evidence.History.Where(line => line.Type == "ended").ToLookup(line => line.RunId);
        foreach (var run in evidence.Runs)
        {
            if (!run.IsTerminal)
            {
                yield return new Violation("I-1", $"run {run.RunId} has not ended; it is {run.Status}");
            }
            else if (run.Status != "rejected" && ends[run.RunId].Count() != 1)
            {
                yield return new Violation("I-1", $"run {run.RunId} is {run.Status} and its history ends {ends[run.RunId].Count()} times");
            }
        }

        foreach (var twice in evidence.Runs.GroupBy(run => run.RunId).Where(runs => runs.Count() > 1))
        {
            yield return new Violation("I-1", $"run {twice.Key} is there {twice.Count()} times");
        }
    }

    /// <summary>I-2: accepted means it is there, refused means it is not, and nothing is there that nobody asked for.</summary>
    public static IEnumerable<Violation> NoAcceptedSubmissionIsLost(Evidence evidence)
    {
        var known = evidence.Runs.Select(run => run.RunId).ToHashSet();
        foreach (var submission in evidence.Submissions)
        {
            if (submission.Outcome == "ok" && !known.Contains(submission.RunId))
            {
                yield return new Violation("I-2", $"run {submission.RunId} ({submission.Kind}) was accepted and there is no trace of it");
            }

            if (submission.Outcome == "failed" && known.Contains(submission.RunId))
            {
                yield return new Violation("I-2", $"run {submission.RunId} ({submission.Kind}) was refused to the client and exists");
            }
        }

        known.ExceptWith(evidence.Submissions.Select(submission => submission.RunId));
        foreach (var phantom in known)
        {
            yield return new Violation("I-2", $"run {phantom} was never submitted");
        }
    }

    /// <summary>I-1 in full: what was done to processes and servers changes how long a run takes, not how it ends.</summary>
    public static IEnumerable<Violation> EveryRunEndsAsItWasMadeTo(Evidence evidence)
    {
        var status = evidence.Runs.GroupBy(run => run.RunId).ToDictionary(runs => runs.Key, runs => runs.First());
        var slow = evidence.History.Where(line => line.Type == "step-retry" && line.StepId == "s4").Select(line => line.RunId).ToHashSet();
        foreach (var submission in evidence.Submissions)
        {
            if (!status.TryGetValue(submission.RunId, out var run) || !run.IsTerminal)
            {
                continue;
            }

            string[] expected = submission.Kind switch
            {
                "one" or "one-falters" or "chain" => ["completed"],
                "one-fails" or "poison-throws" or "poison-dies" or "poison-hangs" or "chain-undone" => ["failed"],
                "chain-times-out" when slow.Contains(run.RunId) => ["completed", "failed"],
                _ => [],
            };
            if (!expected.Contains(run.Status))
            {
                yield return new Violation(
                    "I-1",
                    $"run {run.RunId} ({submission.Kind}) is {run.Status}, expected {string.Join(" or ", expected)}"
                );
            }
        }
    }
}
