using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Workers;

/// <summary>What a voter is asked. It says nothing of the other voters.</summary>
public sealed record VoteQuestion
{
    /// <summary>The ballot.</summary>
    public Guid BallotId { get; init; }

    /// <summary>From 1; a later round is a debate, with the reasons of the one before in <see cref="Arguments"/>.</summary>
    public int Round { get; init; } = 1;

    /// <summary>For the voter to read.</summary>
    public required string Question { get; init; }

    /// <summary>What can be voted for, each with what would be done.</summary>
    public required IReadOnlyList<BallotOption> Options { get; init; }

    /// <summary>What the question is about: data, never an order. <see cref="ReadSubject{T}"/> reads it.</summary>
    public JsonElement? Subject { get; init; }

    /// <summary>The field the question belongs to, for example <c>payments</c>.</summary>
    public string? Domain { get; init; }

    /// <summary>Risks raised already, for example <c>fraud</c>.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>References to what the voter should look at.</summary>
    public IReadOnlyList<string> Evidence { get; init; } = [];

    /// <summary>In a debate: what was said in the round before, without names.</summary>
    public IReadOnlyList<BallotArgument> Arguments { get; init; } = [];

    /// <summary>A question for tests of voters.</summary>
    /// <param name="question">For the voter to read.</param>
    /// <param name="subject">Serialized by the agents' JSON rules (camelCase).</param>
    /// <param name="options">Names of what can be voted for.</param>
    public static VoteQuestion Of(string question, object? subject, params ReadOnlySpan<string> options) =>
        new()
        {
            Question = question,
            Subject = subject is null ? null : JsonSerializer.SerializeToElement(subject, subject.GetType(), AgentJson.Options),
            Options = [.. options.ToArray().Select(name => new BallotOption { Name = name })],
        };

    /// <summary>The subject as a type of the voter's, by the rules of agents' inputs: unknown, missing and null members are refused.</summary>
    /// <exception cref="PermanentFailure">There is none, or it does not fit.</exception>
    public T ReadSubject<T>() =>
        Subject is not { } subject ? throw new PermanentFailure("subject: the ballot has none.", ReasonCode.ContractInvalid)
        : AgentJson.TryRead<T>(subject, "subject", out var value, out var problem) ? value!
        : throw problem!;

    internal static VoteQuestion Of(RequestVote request) =>
        new()
        {
            BallotId = request.BallotId,
            Round = request.Round,
            Question = request.Question,
            Options = request.Options,
            Subject = request.Subject,
            Domain = request.Domain,
            Flags = request.Flags ?? [],
            Evidence = request.Evidence ?? [],
            Arguments = request.Arguments ?? [],
        };
}
