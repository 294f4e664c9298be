using Coordination.Contracts.V1;

namespace Coordination.Sagas.Runs;

/// <summary>The graph of a plan that may still be faulty: unknown and self dependencies are left out, of equal ids the first counts.</summary>
internal sealed class PlanGraph
{
    private readonly List<string> order = [];
    private readonly Dictionary<string, string[]> dependencies = new(StringComparer.Ordinal);

    public PlanGraph(RunPlan plan)
    {
        foreach (var step in plan.Steps)
        {
            if (dependencies.TryAdd(step.Id, []))
                order.Add(step.Id);
        }
        foreach (var step in plan.Steps)
        {
            if (dependencies[step.Id].Length == 0)
            {
                dependencies[step.Id] =
                [
                    .. (step.DependsOn ?? []).Where(d => d != step.Id && dependencies.ContainsKey(d)).Distinct(StringComparer.Ordinal),
                ];
            }
        }
    }

    public bool Knows(string id) => dependencies.ContainsKey(id);

    public IEnumerable<string> Ids => order;

    /// <summary>Everything that must be done before the step, directly or indirectly.</summary>
    public HashSet<string> Before(string id)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(dependencies[id]);
        while (open.TryPop(out var next))
        {
            if (!found.Add(next))
                continue;
            foreach (var dependency in dependencies[next])
                open.Push(dependency);
        }
        return found;
    }

    /// <summary>At least one cycle of every knot in the graph, each as the ids on it in the order of waiting, the first repeated at the end.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Cycles()
    {
        var cycles = new List<IReadOnlyList<string>>();
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var root in order)
            Walk(root, [], new Dictionary<string, int>(StringComparer.Ordinal), done, cycles);
        return cycles;
    }

    // The path is explicit in the arguments; its depth is bounded by the number of steps, which is checked first.
    private void Walk(string id, List<string> path, Dictionary<string, int> place, HashSet<string> done, List<IReadOnlyList<string>> cycles)
    {
        if (place.TryGetValue(id, out var start))
        {
            cycles.Add([.. path.Skip(start), id]);
            return;
        }
        if (done.Contains(id))
            return;
        place[id] = path.Count;
        path.Add(id);
        foreach (var dependency in dependencies[id])
            Walk(dependency, path, place, done, cycles);
        path.RemoveAt(path.Count - 1);
        place.Remove(id);
        done.Add(id);
    }
}
