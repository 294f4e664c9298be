using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Runs;

/// <summary>
/// Judges a plan before anything of it runs and names everything that is wrong with it. <c>PLAN_CYCLE</c>: steps wait for each other;
/// <c>ADMISSION_DENIED</c>: no such agent type; <c>CONTRACT_INVALID</c>: all else.
/// </summary>
public static class PlanCheck
{
    /// <summary>Every problem in the plan's order; empty when it may run.</summary>
    public static IReadOnlyList<Problem> Check(RunPlan plan, IReadOnlyCollection<string> knownAgentTypes, RunLimits limits)
    {
        var found = new ProblemList();
        if (plan.Steps is not { Count: > 0 } steps)
        {
            found.Add("plan.steps", "a plan needs at least one step");
            return found.Problems;
        }
        if (plan.Name is not { Length: >= 1 and <= 100 })
            found.Add("plan.name", "the name must have 1 to 100 characters");
        // The checks below walk the graph; a plan too large for them is not walked.
        if (steps.Count > limits.MaxSteps)
        {
            found.Add("plan.steps", $"{steps.Count} steps; at most {limits.MaxSteps} are allowed: split the work into several runs");
            return found.Problems;
        }
        if (steps.Any(s => s?.Id is null))
        {
            found.Add("plan.steps", "every step needs an id");
            return found.Problems;
        }
        CheckSizes(plan, limits, found);
        CheckDeadline(plan, limits, found);

        var graph = new PlanGraph(plan);
        var firstPlace = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < steps.Count; i++)
        {
            var path = $"plan.steps[{i}]";
            if (!IsStepId(steps[i].Id))
                found.Add($"{path}.id", $"'{steps[i].Id}' must be 1 to 64 of a-z, 0-9, '-' and '_'");
            if (!firstPlace.TryAdd(steps[i].Id, i))
                found.Add($"{path}.id", $"'{steps[i].Id}' is the id of plan.steps[{firstPlace[steps[i].Id]}] already");
            CheckDependencies(steps[i], path, graph, found);
            CheckInput(steps[i], path, graph, limits, found);
            CheckSeveral(steps[i], path, graph, knownAgentTypes, found);
            CheckWork(steps[i].AgentType, steps[i].TimeoutMs, steps[i].Retry, path, plan, limits, knownAgentTypes, found);
            if (steps[i].Compensation is { } undo)
            {
                var undoPath = $"{path}.compensation";
                CheckWork(undo.AgentType, undo.TimeoutMs, undo.Retry, undoPath, plan, limits, knownAgentTypes, found);
                CheckObject(undo.Input, $"{undoPath}.input", limits.MaxCompensationInputBytes, found);
            }
        }
        foreach (var cycle in graph.Cycles())
            found.Add(ReasonCode.PlanCycle, "plan.steps", $"steps wait for each other: {string.Join(" -> ", cycle)}");
        CheckPivot(plan, graph, found);
        return found.Problems;
    }

    private static void CheckSizes(RunPlan plan, RunLimits limits, ProblemList found)
    {
        var dependencies = plan.Steps.Sum(s => s.DependsOn?.Count ?? 0);
        if (dependencies > limits.MaxDependencies)
            found.Add("plan.steps", $"{dependencies} dependencies; at most {limits.MaxDependencies} are allowed in one plan");
        var bytes = plan.Steps.Sum(s => JsonSize.Of(s.Input) + JsonSize.Of(s.Compensation?.Input));
        if (bytes > limits.MaxPlanInputBytes)
            found.Add(
                "plan.steps",
                $"{bytes} bytes of input; at most {limits.MaxPlanInputBytes} are allowed in one plan: pass a reference instead"
            );
    }

    private static void CheckDeadline(RunPlan plan, RunLimits limits, ProblemList found)
    {
        if (plan.DeadlineMs is { } deadline && (deadline < 1 || deadline > limits.MaxDeadline.TotalMilliseconds))
            found.Add("plan.deadlineMs", $"{deadline} must be from 1 to {limits.MaxDeadline.TotalMilliseconds:0}");
    }

    private static void CheckDependencies(PlanStep step, string path, PlanGraph graph, ProblemList found)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (step.DependsOn?.Count ?? 0); i++)
        {
            var (dependency, place) = (step.DependsOn![i], $"{path}.dependsOn[{i}]");
            if (dependency is null || !graph.Knows(dependency))
                found.Add(place, $"there is no step '{dependency}'{Nearest.Hint(dependency, graph.Ids)}");
            else if (dependency == step.Id)
                found.Add(ReasonCode.PlanCycle, place, $"a step cannot wait for itself: {step.Id} -> {step.Id}");
            else if (!seen.Add(dependency))
                found.Add(place, $"'{dependency}' is named twice");
        }
    }

    private static void CheckInput(PlanStep step, string path, PlanGraph graph, RunLimits limits, ProblemList found)
    {
        CheckObject(step.Input, $"{path}.input", limits.MaxInputBytes, found);
        if (step.InputFrom is not { Count: > 0 } sources)
            return;
        var before = graph.Before(step.Id);
        foreach (var (name, source) in sources)
        {
            var place = $"{path}.inputFrom.{name}";
            var (from, pointer) = StepInput.Split(source ?? "");
            if (!graph.Knows(from))
                found.Add(place, $"there is no step '{from}'{Nearest.Hint(from, graph.Ids)}");
            else if (from == step.Id || !before.Contains(from))
                found.Add(place, $"'{from}' need not be done before '{step.Id}': add it to dependsOn");
            if (JsonPointer.Fault(pointer) is { } fault)
                found.Add(place, fault);
            if (step.Input is { ValueKind: JsonValueKind.Object } input && input.TryGetProperty(name, out _))
                found.Add(place, $"'{name}' is a member of input, too: keep one of them");
        }
    }

    private static void CheckSeveral(PlanStep step, string path, PlanGraph graph, IReadOnlyCollection<string> known, ProblemList found)
    {
        if (!SeveralAgents.AreAsked(step))
        {
            if (step.Agreement is not null)
                found.Add($"{path}.agreement", "is for steps asked of several agents: set agents or electorate, or take it away");
            return;
        }
        if (step is { Agents: not null, Electorate: not null })
            found.Add($"{path}.agents", "is set together with electorate: keep one of them");
        if (step.Agreement is null)
            found.Add($"{path}.agreement", "is missing: name the ballot policy that decides when the answers differ");
        else if (step.Agreement is { Compare: "fields", Fields: not { Count: > 0 } })
            found.Add($"{path}.agreement.fields", "is missing: name what has to be equal");
        if (step.Decision is not null)
            found.Add($"{path}.decision", "belongs to a step of its own: one that does what the agents have agreed on");
        for (var i = 0; i < (step.Electorate?.Count ?? 0); i++)
        {
            if (!known.Contains(step.Electorate![i]))
                found.Add(
                    ReasonCode.AdmissionDenied,
                    $"{path}.electorate[{i}]",
                    $"there is no agent type '{step.Electorate[i]}'{Nearest.Hint(step.Electorate[i], known)}"
                );
        }
        if (step.Electorate is { } named && !named.Contains(step.AgentType, StringComparer.Ordinal))
            found.Add($"{path}.agentType", $"'{step.AgentType}' must be one of electorate");
        for (var i = 1; i <= SeveralAgents.AgentTypes(step).Count; i++)
        {
            var id = SeveralAgents.IdOf(step, i);
            if (graph.Knows(id))
                found.Add($"{path}.id", $"the plan has a step '{id}', which is what agent {i} of this step is called");
            if (id.Length > 64)
                found.Add($"{path}.id", "must have at most 61 characters: a number is added for each agent");
        }
    }

    private static void CheckObject(JsonElement? input, string path, int maxBytes, ProblemList found)
    {
        if (input is not { } element)
            return;
        if (element.ValueKind != JsonValueKind.Object)
            found.Add(path, $"must be a JSON object, not {element.ValueKind.ToString().ToLowerInvariant()}");
        if (JsonSize.Of(element) is var bytes && bytes > maxBytes)
            found.Add(path, $"{bytes} bytes; at most {maxBytes} are allowed: pass a reference instead");
    }

    private static void CheckWork(
        string agentType,
        long? timeoutMs,
        RetryPolicy? retry,
        string path,
        RunPlan plan,
        RunLimits limits,
        IReadOnlyCollection<string> known,
        ProblemList found
    )
    {
        if (agentType is null || !known.Contains(agentType))
        {
            var list = known.Count == 0 ? "none has announced itself yet" : $"known are {Listed(known)}";
            found.Add(
                ReasonCode.AdmissionDenied,
                $"{path}.agentType",
                $"there is no agent type '{agentType}'{Nearest.Hint(agentType, known)}; {list}"
            );
        }
        var deadlineMs = plan.DeadlineMs ?? (long)limits.DefaultDeadline.TotalMilliseconds;
        if (timeoutMs is < 1)
            found.Add($"{path}.timeoutMs", $"{timeoutMs} must be at least 1");
        else if (timeoutMs > deadlineMs)
            found.Add($"{path}.timeoutMs", $"{timeoutMs} is more than the run's deadline of {deadlineMs} ms");
        if (retry is null)
            return;
        if (retry.MaxAttempts is < 1 or > 20)
            found.Add($"{path}.retry.maxAttempts", $"{retry.MaxAttempts} must be from 1 to 20");
        if (retry.BaseDelayMs is < 0 or > 3_600_000)
            found.Add($"{path}.retry.baseDelayMs", $"{retry.BaseDelayMs} must be from 0 to 3600000");
        if (retry.MaxDelayMs is < 0 or > 86_400_000)
            found.Add($"{path}.retry.maxDelayMs", $"{retry.MaxDelayMs} must be from 0 to 86400000");
    }

    private static void CheckPivot(RunPlan plan, PlanGraph graph, ProblemList found)
    {
        string? pivot = null;
        for (var i = 0; i < plan.Steps.Count; i++)
        {
            if (plan.Steps[i].Pivot is not true)
                continue;
            if (pivot is not null)
                found.Add($"plan.steps[{i}].pivot", $"'{pivot}' is the pivot already: a plan has at most one point of no return");
            if (plan.Steps[i].Optional is true)
                found.Add($"plan.steps[{i}].pivot", "the pivot cannot be optional: the run turns on it");
            pivot ??= plan.Steps[i].Id;
        }
        if (pivot is null)
            return;
        for (var i = 0; i < plan.Steps.Count; i++)
        {
            var step = plan.Steps[i];
            if (step.Compensation is not null && (step.Id == pivot || graph.Before(step.Id).Contains(pivot)))
                found.Add($"plan.steps[{i}].compensation", $"never used: once the pivot '{pivot}' is done nothing is undone any more");
        }
    }

    private static string Listed(IReadOnlyCollection<string> names)
    {
        const int shown = 20;
        var list = string.Join(", ", names.Order(StringComparer.Ordinal).Take(shown));
        return names.Count <= shown ? list : $"{list} and {names.Count - shown} more";
    }

    private static bool IsStepId(string id) =>
        id.Length is >= 1 and <= 64 && id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');

    private sealed class ProblemList
    {
        public List<Problem> Problems { get; } = [];

        public void Add(string path, string message) => Add(ReasonCode.ContractInvalid, path, message);

        public void Add(string code, string path, string message) =>
            Problems.Add(
                new Problem
                {
                    Code = code,
                    Path = path,
                    Message = message,
                }
            );
    }
}
