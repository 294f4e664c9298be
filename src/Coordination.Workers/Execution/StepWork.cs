using System.Text.Json;
using Coordination.Contracts.V1;

namespace Coordination.Workers;

/// <summary>What an attempt is asked to do: a step or its compensation, in the one shape that is stored with the claim.</summary>
internal sealed record StepWork
{
    public required Guid RunId { get; init; }
    public required string StepId { get; init; }
    public required int Attempt { get; init; }
    public required string AgentType { get; init; }
    public string? Contract { get; init; }
    public required JsonElement Input { get; init; }

    /// <summary>Set when <see cref="Compensating"/>: what the step had returned.</summary>
    public JsonElement? Output { get; init; }
    public required long TimeoutMs { get; init; }
    public IReadOnlyDictionary<string, JsonElement>? Answers { get; init; }
    public bool Compensating { get; init; }

    public static StepWork From(ExecuteStep message) =>
        new()
        {
            RunId = message.RunId,
            StepId = message.StepId,
            Attempt = message.Attempt,
            AgentType = message.AgentType,
            Contract = message.Contract,
            Input = message.Input,
            TimeoutMs = message.TimeoutMs,
            Answers = message.Answers,
        };

    public static StepWork From(CompensateStep message) =>
        new()
        {
            RunId = message.RunId,
            StepId = message.StepId,
            Attempt = message.Attempt,
            AgentType = message.AgentType,
            Input = message.Input,
            Output = message.Output,
            TimeoutMs = message.TimeoutMs,
            Compensating = true,
        };

    /// <summary>Tolerant, because another build of this program may have written it.</summary>
    public static readonly JsonSerializerOptions Stored = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        MaxDepth = 64,
    };
}
