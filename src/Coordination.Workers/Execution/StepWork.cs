using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Coordination.Contracts.V1;

namespace Coordination.Workers;

/// <summary>What an attempt is asked to do: a step, its compensation or a vote, in the one shape that is stored with the claim.</summary>
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

    /// <summary>The decision that allows the step.</summary>
    public DecisionToken? Decision { get; init; }

    /// <summary>Set for a vote: the round of the ballot, whose id is <see cref="RunId"/>; <see cref="Input"/> is the request.</summary>
    public int? Round { get; init; }

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
            Decision = message.Decision is { } decision ? new DecisionToken(decision.BallotId, decision.Option) : null,
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

    /// <summary>One per voter and round: a further request of the same round finds its claim.</summary>
    public static StepWork From(RequestVote message) =>
        new()
        {
            RunId = message.BallotId,
            StepId = StepOf(message),
            Attempt = 1,
            AgentType = message.Voter,
            Input = JsonSerializer.SerializeToElement(message, Stored),
            TimeoutMs = message.TimeoutMs,
            Round = message.Round,
        };

    /// <summary>The voters of a ballot share its id, so the name is in it; no step of a plan can have the <c>~</c>. At most 64 characters.</summary>
    private static string StepOf(RequestVote message)
    {
        var step = $"vote-{message.Round}~{message.Voter}";
        return step.Length <= MaxStepId
            ? step
            : $"{step[..(MaxStepId - 17)]}~{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(message.Voter)))[..16]}";
    }

    private const int MaxStepId = 64;

    /// <summary>Tolerant, because another build of this program may have written it.</summary>
    public static readonly JsonSerializerOptions Stored = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        MaxDepth = 64,
    };
}
