using System.Text.Json;

namespace Coordination.Contracts.V1;

/// <summary>Multi-step work: a graph of steps. Steps whose dependencies are done run in parallel.</summary>
public sealed record RunPlan
{
    /// <summary>What a person calls this kind of work, for example <c>ticket-triage</c>. 1 to 100 characters.</summary>
    public required string Name { get; init; }

    /// <summary>1 to 100 steps, each id once.</summary>
    public required IReadOnlyList<PlanStep> Steps { get; init; }

    /// <summary>Time the whole run may take, in milliseconds from acceptance. At most 30 days. Absent: the host's default (1 hour).</summary>
    public long? DeadlineMs { get; init; }
}

/// <summary>One step of a plan: a piece of work asked of an agent type.</summary>
public sealed record PlanStep
{
    /// <summary>Unique in the plan: 1 to 64 of <c>a-z 0-9 - _</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The agent type that carries it out, for example <c>refund</c>: 1 to 64 of <c>a-z 0-9 -</c>.</summary>
    public required string AgentType { get; init; }

    /// <summary>Contract of input and output as the agent declares it, for example <c>refund.v1</c>. Absent: the agent's only one.</summary>
    public string? Contract { get; init; }

    /// <summary>JSON object handed to the agent. Absent: an empty object.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>
    /// Members of the input taken from outputs of earlier steps: member name to <c>step</c> (whole output) or <c>step#/json/pointer</c>.
    /// The named step must be a direct or indirect dependency.
    /// </summary>
    public IReadOnlyDictionary<string, string>? InputFrom { get; init; }

    /// <summary>Ids of steps that must be done before this one starts.</summary>
    public IReadOnlyList<string>? DependsOn { get; init; }

    /// <summary>Time one attempt may take, in milliseconds, at most 7 days. Absent: the host's default (5 minutes).</summary>
    public long? TimeoutMs { get; init; }

    /// <summary>When and how often to try again. Absent: 3 attempts with full jitter.</summary>
    public RetryPolicy? Retry { get; init; }

    /// <summary>What undoes this step when a later one fails.</summary>
    public CompensationPlan? Compensation { get; init; }

    /// <summary>After this step is done nothing is compensated any more: only forward recovery is tried.</summary>
    public bool? Pivot { get; init; }

    /// <summary>A failure of this step does not fail the run: its dependents are left out and the run ends partial.</summary>
    public bool? Optional { get; init; }

    /// <summary>
    /// The step is asked of so many agents of <see cref="AgentType"/>, 2 to 9, and its output is what they agree on (<see cref="Agreement"/>). Since 1.1.
    /// </summary>
    public int? Agents { get; init; }

    /// <summary>The step is asked of each of these agent types, 2 to 9, <see cref="AgentType"/> among them. Since 1.1.</summary>
    public IReadOnlyList<string>? Electorate { get; init; }

    /// <summary>What becomes of their answers; needed with <see cref="Agents"/> or <see cref="Electorate"/>. Since 1.1.</summary>
    public AgreementPlan? Agreement { get; init; }

    /// <summary>A ballot has to allow the step before it is sent to an agent. Since 1.1.</summary>
    public DecisionPlan? Decision { get; init; }
}

/// <summary>When answers are the same, and who decides when they are not.</summary>
public sealed record AgreementPlan
{
    /// <summary>The ballot policy that decides between different answers.</summary>
    public required string Policy { get; init; }

    /// <summary><c>exact</c> (the whole JSON), <c>fields</c> (the members in <see cref="Fields"/>) or <c>numeric</c> (numbers within <see cref="Tolerance"/>). Absent: exact.</summary>
    public string? Compare { get; init; }

    /// <summary>JSON pointers of what has to be equal, for <c>fields</c>; for <c>numeric</c> absent means everything. 1 to 20.</summary>
    public IReadOnlyList<string>? Fields { get; init; }

    /// <summary>Largest difference of two numbers that are taken to be equal, for <c>numeric</c>. 0 or more.</summary>
    public double? Tolerance { get; init; }
}

/// <summary>What has to be decided before a step.</summary>
public sealed record DecisionPlan
{
    /// <summary>The ballot policy.</summary>
    public required string Policy { get; init; }

    /// <summary>What the voters are asked, up to 2,000 characters.</summary>
    public required string Question { get; init; }

    /// <summary>The option that allows the step, with exactly its input as arguments.</summary>
    public required string Allow { get; init; }

    /// <summary>The other options, 1 to 20; any of them fails the step.</summary>
    public required IReadOnlyList<string> Others { get; init; }

    /// <summary>One of <see cref="Others"/>, for policies that fall back on it.</summary>
    public string? SafeOption { get; init; }

    /// <summary>As in <see cref="OpenBallot"/>.</summary>
    public string? Tier { get; init; }

    /// <summary>As in <see cref="OpenBallot"/>.</summary>
    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>As in <see cref="OpenBallot"/>.</summary>
    public IReadOnlyList<string>? Evidence { get; init; }
}

/// <summary>Retries of one step: delay = random(0, min(cap, base * 2^(attempt-1))), known as full jitter.</summary>
public sealed record RetryPolicy
{
    /// <summary>All tries together, 1 to 20.</summary>
    public required int MaxAttempts { get; init; }

    /// <summary>Base of the exponential back-off in milliseconds, 0 to 3,600,000. Absent: 200.</summary>
    public long? BaseDelayMs { get; init; }

    /// <summary>Cap of the back-off in milliseconds, up to 86,400,000. Absent: 20,000.</summary>
    public long? MaxDelayMs { get; init; }
}

/// <summary>The step that undoes a completed step.</summary>
public sealed record CompensationPlan
{
    /// <summary>The agent type that carries it out.</summary>
    public required string AgentType { get; init; }

    /// <summary>JSON object handed to the agent. Absent: the undone step's own input. Its output is handed over beside it.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>As <see cref="PlanStep.TimeoutMs"/>.</summary>
    public long? TimeoutMs { get; init; }

    /// <summary>As <see cref="PlanStep.Retry"/>.</summary>
    public RetryPolicy? Retry { get; init; }
}
