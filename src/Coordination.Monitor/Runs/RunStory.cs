namespace Coordination.Monitor;

/// <summary>What became of a run, or what it waits for, in one sentence made by rule from names and our own words.</summary>
internal static class RunStory
{
    /// <param name="run">As it is, or was.</param>
    /// <param name="startedAt">When it was accepted.</param>
    /// <param name="now">The moment it is told at.</param>
    /// <param name="stuck">Why it does not move.</param>
    /// <param name="ballots">Its ballots as of then: a step that was voted down was not failed by its agent.</param>
    public static string Of(
        RunAt run,
        DateTimeOffset startedAt,
        DateTimeOffset now,
        string? stuck,
        IReadOnlyList<BallotSummary>? ballots = null
    )
    {
        var done = run.Steps.Count(step => step.Status == StepWords.Done);
        var undone = run.Steps.Count(step => step.Status == StepWords.Compensated);
        var all = run.Steps.Length;
        var lasted = Lasted((run.EndedAt ?? now) - startedAt);
        var because = Because(run, ballots ?? []);
        var tail = Undone(run, undone);
        return run.Status switch
        {
            "completed" => $"Completed in {lasted}: {Steps(all)} done{Repeated(run)}.",
            "partial" => $"Completed in part after {lasted}: {done} of {Steps(all)} done{because}.",
            "failed" => $"Failed after {lasted}{because}{tail}.",
            "cancelled" => $"Cancelled after {lasted}{tail}.",
            "expired" => $"Its deadline passed after {lasted}, with {done + undone} of {Steps(all)} done{tail}.",
            "cancelling" => $"Is being cancelled{Waiting(run, ballots)}.",
            "compensating" => $"Is being undone{because}{Waiting(run, ballots)}.",
            _ when stuck is not null => $"Does not move: {stuck}.",
            _ => $"Runs for {lasted}, {done} of {Steps(all)} done{Waiting(run, ballots)}.",
        };
    }

    /// <summary>What a step waits for, for the middle of a sentence.</summary>
    private static string Waiting(RunAt run, IReadOnlyList<BallotSummary>? ballots)
    {
        var waiting = run.Steps.Where(step => StepWords.IsUnderWay(step.Status)).ToList();
        if (waiting.Count == 0)
            return "";
        var step = waiting[0];
        var what = step.Status switch
        {
            StepWords.Dispatched => $"agent {step.AgentType} works on '{step.StepId}'{Attempt(step)}",
            StepWords.RetryWait => $"'{step.StepId}' waits for its next attempt ({step.Reason})",
            StepWords.InputWait => $"'{step.StepId}' waits for a person's answer",
            StepWords.BallotWait when ballots?.Any(ballot => ballot.Status == "people") is true =>
                $"'{step.StepId}' waits for people to decide",
            StepWords.BallotWait => $"'{step.StepId}' waits for a ballot",
            StepWords.CompensationWait => $"undoing '{step.StepId}' waits for its next attempt",
            _ => $"'{step.StepId}' is being undone",
        };
        return waiting.Count == 1 ? $"; {what}" : $"; {what}, and {waiting.Count - 1} more step{(waiting.Count == 2 ? "" : "s")} under way";
    }

    private static string Because(RunAt run, IReadOnlyList<BallotSummary> ballots) =>
        (run.FailedStep, run.Reason) switch
        {
            ({ } step, _) when Decided(run[step], ballots) is { } decided => $" at '{step}': {decided}",
            ({ } step, { } reason) => $" at '{step}': {reason}",
            (null, { } reason) => $": {reason}",
            _ => "",
        };

    /// <summary>Who decided against a step; null where no ballot did.</summary>
    private static string? Decided(StepAt step, IReadOnlyList<BallotSummary> ballots) =>
        step.Attempt == 0 && ballots.FirstOrDefault(ballot => ballot.BallotId == step.BallotId) is { Status: "decided" } ballot
            ? BallotWords.Decided(ballot)
            : null;

    private static string Undone(RunAt run, int undone)
    {
        var notUndone = run.Steps.Count(step => step.Status == StepWords.CompensationFailed);
        return (undone, notUndone) switch
        {
            (0, 0) => "",
            (_, 0) => $"; {Steps(undone)} undone",
            (0, _) => $"; {Steps(notUndone)} could not be undone",
            _ => $"; {Steps(undone)} undone, {notUndone} could not be",
        };
    }

    private static string Repeated(RunAt run)
    {
        var repeated = run.Steps.Where(step => step.Tries > 1).ToList();
        return repeated.Count == 0 ? "" : $", '{repeated[0].StepId}' at attempt {repeated[0].Tries}";
    }

    private static string Attempt(StepAt step) => step.Tries > 1 ? $" (attempt {step.Tries})" : "";

    private static string Steps(int count) => count == 1 ? "1 step" : $"{count} steps";

    private static string Lasted(TimeSpan time) =>
        time < TimeSpan.FromSeconds(10)
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Math.Max(0, time.TotalSeconds):0.0} s")
            : StuckRun.Ago(time);
}
