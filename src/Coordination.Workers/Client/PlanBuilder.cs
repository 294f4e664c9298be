using System.Text.Json;
using Coordination.Contracts.V1;

namespace Coordination.Workers;

/// <summary>Starts a plan: <c>Plan.Named("triage").Step("a", "reader", new { id }).Step("b", "writer", after: ["a"])</c>.</summary>
public static class Plan
{
    /// <summary>A plan without steps yet.</summary>
    public static PlanBuilder Named(string name) => new(name);
}

/// <summary>Builds a <see cref="RunPlan"/> step by step. Whether the plan is good is checked when it is submitted.</summary>
public sealed class PlanBuilder
{
    private readonly string name;
    private readonly List<PlanStep> steps = [];
    private TimeSpan? deadline;

    internal PlanBuilder(string name) => this.name = name;

    /// <summary>Time the whole run may take from its acceptance.</summary>
    public PlanBuilder Within(TimeSpan time)
    {
        deadline = time;
        return this;
    }

    /// <summary>Adds a step.</summary>
    /// <param name="id">Unique in the plan: 1 to 64 of <c>a-z 0-9 - _</c>.</param>
    /// <param name="agent">The agent type that carries it out.</param>
    /// <param name="input">The agent's input or a part of it; serialized by the agents' JSON rules (camelCase).</param>
    /// <param name="after">Steps that must be done before.</param>
    /// <param name="inputFrom">
    /// Input members taken from earlier outputs: member to <c>step</c> or <c>step#/json/pointer</c>. The steps named become dependencies.
    /// </param>
    /// <param name="timeout">Time one attempt may take.</param>
    /// <param name="retry">When to try again.</param>
    /// <param name="compensateWith">Agent type that undoes this step when a later one fails; often the same.</param>
    /// <param name="compensationInput">Input of the compensation.</param>
    /// <param name="pivot">After this step nothing is undone any more.</param>
    /// <param name="optional">Its failure leaves the run partial instead of failed.</param>
    /// <param name="contract">Contract of input and output, for example <c>refund.v1</c>.</param>
    /// <param name="agents">Asks so many agents of the type, 2 to 9; with <paramref name="agreement"/>.</param>
    /// <param name="electorate">Asks each of these agent types, <paramref name="agent"/> among them; with <paramref name="agreement"/>.</param>
    /// <param name="agreement">When their answers are the same, and the ballot policy that decides when they are not.</param>
    /// <param name="decision">A ballot that has to allow the step, with exactly its input.</param>
    public PlanBuilder Step(
        string id,
        string agent,
        object? input = null,
        IEnumerable<string>? after = null,
        IReadOnlyDictionary<string, string>? inputFrom = null,
        TimeSpan? timeout = null,
        RetryPolicy? retry = null,
        string? compensateWith = null,
        object? compensationInput = null,
        bool pivot = false,
        bool optional = false,
        string? contract = null,
        int? agents = null,
        IReadOnlyList<string>? electorate = null,
        AgreementPlan? agreement = null,
        DecisionPlan? decision = null
    )
    {
        var dependencies = (after ?? [])
            .Concat((inputFrom?.Values ?? []).Select(source => source.Split('#')[0]))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        steps.Add(
            new PlanStep
            {
                Id = id,
                AgentType = agent,
                Contract = contract,
                Input = Json(input),
                InputFrom = inputFrom,
                DependsOn = dependencies.Count == 0 ? null : dependencies,
                TimeoutMs = Milliseconds(timeout),
                Retry = retry,
                Compensation = compensateWith is null
                    ? null
                    : new CompensationPlan { AgentType = compensateWith, Input = Json(compensationInput) },
                Pivot = pivot ? true : null,
                Optional = optional ? true : null,
                Agents = agents,
                Electorate = electorate,
                Agreement = agreement,
                Decision = decision,
            }
        );
        return this;
    }

    /// <summary>The plan so far.</summary>
    public RunPlan Build() =>
        new()
        {
            Name = name,
            Steps = [.. steps],
            DeadlineMs = Milliseconds(deadline),
        };

    /// <summary>As <see cref="Build"/>.</summary>
    public static implicit operator RunPlan(PlanBuilder builder) => builder.Build();

    private static JsonElement? Json(object? value) =>
        value is null ? null : JsonSerializer.SerializeToElement(value, value.GetType(), AgentJson.Options);

    private static long? Milliseconds(TimeSpan? time) => time is { } t ? (long)t.TotalMilliseconds : null;
}
