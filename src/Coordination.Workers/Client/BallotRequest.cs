using System.Text.Json;
using Coordination.Contracts.V1;

namespace Coordination.Workers;

/// <summary>What is to be decided, by <see cref="BallotClient.OpenAsync"/>.</summary>
public sealed record BallotRequest
{
    /// <summary>The name of a policy the host knows, for example <c>refund</c>.</summary>
    public required string Policy { get; init; }

    /// <summary>What the voters are asked, up to 2,000 characters.</summary>
    public required string Question { get; init; }

    /// <summary>2 to 50, made with <see cref="Option"/>.</summary>
    public required IReadOnlyList<BallotOption> Options { get; init; }

    /// <summary>What the question is about; serialized by the agents' JSON rules (camelCase).</summary>
    public object? Subject { get; init; }

    /// <summary>T0 to T3, where the question is riskier than the policy says; a lower one changes nothing.</summary>
    public string? Tier { get; init; }

    /// <summary>The option that does no harm, taken where the policy says so when the voters cannot decide.</summary>
    public string? SafeOption { get; init; }

    /// <summary>The field the question belongs to, for example <c>payments</c>. Null: the policy's.</summary>
    public string? Domain { get; init; }

    /// <summary>Risks raised already, for example <c>fraud</c>.</summary>
    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>References to what the voters should look at.</summary>
    public IReadOnlyList<string>? Evidence { get; init; }

    /// <summary>Who votes. Null: the policy's electorate.</summary>
    public IReadOnlyList<string>? Voters { get; init; }

    /// <summary>Time to vote, at most 30 days. Null: the policy's.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>The ballot's identity and idempotency key; null: a new one. Opening the same again changes nothing.</summary>
    public Guid? BallotId { get; init; }

    /// <summary>Who asks. 1 to 200 characters; null: the name of this program.</summary>
    public string? Requester { get; init; }

    /// <summary>Whose decision it is; null: <c>default</c>.</summary>
    public string? Tenant { get; init; }

    /// <summary>Something that can be decided.</summary>
    /// <param name="name">1 to 100 characters.</param>
    /// <param name="arguments">
    /// The arguments of the effect that follows, as that effect is asked for with: the decision allows it with exactly these. Serialized by the agents' JSON rules.
    /// </param>
    public static BallotOption Option(string name, object? arguments = null) =>
        new()
        {
            Name = name,
            Arguments = arguments is null ? null : JsonSerializer.SerializeToElement(arguments, arguments.GetType(), AgentJson.Options),
        };
}
