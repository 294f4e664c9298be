using Coordination.Contracts.V1;

namespace Coordination.Sagas.Runs;

/// <summary>
/// A step that is asked of several agents becomes one step for each of them, which run side by side like any others, and the step itself, which waits for them
/// and compares what they say.
/// </summary>
public static class SeveralAgents
{
    /// <summary>Whether the step is one that compares.</summary>
    public static bool AreAsked(PlanStep step) => step.Agents is not null || step.Electorate is not null;

    /// <summary>The plan with a step for each agent. Ids of these end in <c>--</c> and a number from 1.</summary>
    public static RunPlan Expand(RunPlan plan)
    {
        if (!plan.Steps.Any(AreAsked))
            return plan;
        var steps = new List<PlanStep>();
        foreach (var step in plan.Steps)
        {
            if (!AreAsked(step))
            {
                steps.Add(step);
                continue;
            }
            var asked = AgentTypes(step)
                .Select(
                    (agent, i) =>
                        step with
                        {
                            Id = IdOf(step, i + 1),
                            AgentType = agent,
                            Compensation = null,
                            Pivot = null,
                            // One that fails only says nothing: the others decide.
                            Optional = true,
                            Agents = null,
                            Electorate = null,
                            Agreement = null,
                            Decision = null,
                        }
                )
                .ToArray();
            steps.AddRange(asked);
            steps.Add(step with { DependsOn = [.. asked.Select(s => s.Id)] });
        }
        return plan with { Steps = steps };
    }

    /// <summary>The agent type of each of the steps.</summary>
    public static IReadOnlyList<string> AgentTypes(PlanStep step) =>
        step.Electorate is { } named ? named : [.. Enumerable.Repeat(step.AgentType, step.Agents ?? 1)];

    /// <summary>The id of one of the steps, from 1.</summary>
    public static string IdOf(PlanStep step, int number) => $"{step.Id}--{number}";

    /// <summary>Answers it takes to go on: more than half of those asked.</summary>
    public static int Needed(PlanStep step) => (AgentTypes(step).Count / 2) + 1;
}
