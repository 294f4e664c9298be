namespace Coordination.Faults.Checker;

/// <summary>The course of runs of several steps (I-16).</summary>
public static class Sagas
{
    /// <summary>
    /// I-16: a run is completed or undone, never both; only done steps are undone, each once, in reverse order; and a failed chain leaves nothing done
    /// behind.
    /// </summary>
    public static IEnumerable<Violation> EveryRunIsCompletedOrUndone(Evidence evidence)
    {
        var history = evidence.History.ToLookup(line => line.RunId);
        var chains = evidence
            .Submissions.Where(submission => submission.Kind.StartsWith("chain", StringComparison.Ordinal))
            .Select(submission => submission.RunId)
            .ToHashSet();
        foreach (var run in evidence.Runs.Where(run => run.IsTerminal && run.Status != "rejected"))
        {
            var lines = history[run.RunId].OrderBy(line => line.Sequence).ToList();
            var done = Steps(lines, "step-completed");
            var undone = Steps(lines, "step-compensated");
            if (lines.Select(line => line.Sequence).SequenceEqual(Enumerable.Range(1, lines.Count)) is false)
            {
                yield return new Violation("I-16", $"run {run.RunId}: its history has gaps or doubles");
            }

            if (run.Status == "completed" && undone.Count > 0)
            {
                yield return new Violation("I-16", $"run {run.RunId} is completed and has undone {string.Join(", ", undone)}");
            }

            if (done.Distinct().Count() != done.Count)
            {
                yield return new Violation("I-16", $"run {run.RunId}: a step was done twice ({string.Join(", ", done)})");
            }

            // The undone ones are the last done ones, backwards.
            var expected = done.AsEnumerable().Reverse().Take(undone.Count);
            if (!undone.SequenceEqual(expected))
            {
                yield return new Violation("I-16", $"run {run.RunId}: done {string.Join(", ", done)}, undone {string.Join(", ", undone)}");
            }
            else if (chains.Contains(run.RunId) && run.Status == "failed" && undone.Count != done.Count)
            {
                yield return new Violation(
                    "I-16",
                    $"run {run.RunId} has failed and left {done.Count - undone.Count} done steps as they were"
                );
            }
        }
    }

    private static List<string> Steps(List<HistoryLine> lines, string type) =>
        [.. lines.Where(line => line.Type == type).Select(line => line.StepId!)];
}
