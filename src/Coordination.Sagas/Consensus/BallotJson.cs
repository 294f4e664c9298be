using System.Text.Json.Serialization;
using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Consensus;

/// <summary>How ballots look in the database.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals
)]
[JsonSerializable(typeof(BallotRecord))]
[JsonSerializable(typeof(BallotOpening))]
[JsonSerializable(typeof(BallotState))]
[JsonSerializable(typeof(BallotArgument))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(IReadOnlyList<Problem>))]
internal sealed partial class BallotJson : JsonSerializerContext
{
    /// <summary>As in messages and texts for people.</summary>
    public static string NameOf(BallotOutcome outcome) =>
        outcome switch
        {
            BallotOutcome.Open => "OPEN",
            BallotOutcome.Decided => BallotOutcomes.Decided,
            BallotOutcome.Split => ReasonCode.Split,
            BallotOutcome.NoQuorum => ReasonCode.NoQuorum,
            BallotOutcome.Vetoed => ReasonCode.Vetoed,
            _ => ReasonCode.DissentEscalated,
        };
}
