namespace Coordination.Monitor;

/// <summary>What becomes of the run that asked, for each answer a person can give. Pure.</summary>
internal static class BallotFollows
{
    /// <param name="run">Whose step waits for the ballot.</param>
    /// <param name="stepId">That step.</param>
    /// <param name="options">Of the ballot, as it was opened.</param>
    /// <returns>A sentence for each option, and for none of them under an empty name.</returns>
    public static IReadOnlyDictionary<string, string> Of(RunFile run, string stepId, IReadOnlyList<string> options)
    {
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        if (run.Plan.FirstOrDefault(step => step.StepId == stepId) is not { } step || RunStatuses.IsTerminal(run.Run.Status))
            return said;
        var not = Not(run, step);
        foreach (var option in options)
        {
            // Asked before a step, the first option is the one that allows it; asked between answers of several agents, each option is an answer.
            said[option] =
                step.AsksSeveral ? $"This answer becomes the result of '{stepId}', and the run goes on with it."
                : option == options[0] ? $"'{stepId}' is carried out, and the run goes on."
                : not;
        }
        said[""] = not;
        return said;
    }

    private static string Not(RunFile run, PlanStepRow step)
    {
        var done = run.Steps.Where(row => row.Status == StepWords.Done).Select(row => row.StepId).ToHashSet(StringComparer.Ordinal);
        var start = $"'{step.StepId}' is not carried out";
        return step.Optional ? $"{start}. The plan can do without it, and the run goes on."
            : run.Plan.Any(other => other.Pivot && done.Contains(other.StepId))
                ? $"{start}. The run is past the point of no return: it goes on with what does not need this step, and ends as completed in part."
            : run.Plan.Any(other => other.UndoneBy is not null && done.Contains(other.StepId))
                ? $"{start}: the run fails, and what was done before is undone."
            : $"{start}: the run fails.";
    }
}
