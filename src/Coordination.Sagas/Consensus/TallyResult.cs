using System.Collections.Immutable;

namespace Coordination.Sagas.Consensus;

/// <summary>How a ballot stands.</summary>
public enum BallotOutcome
{
    /// <summary>A vote that is not there yet can change the outcome.</summary>
    Open,
    Decided,

    /// <summary>Enough voted, and no option has won.</summary>
    Split,

    /// <summary>Too few voted before the deadline.</summary>
    NoQuorum,

    /// <summary>Somebody with the right to it objects: only people decide.</summary>
    Vetoed,

    /// <summary>An option has the votes, and somebody who may know better disagrees: only people decide.</summary>
    DissentEscalated,
}

/// <summary>What the rule says about a ballot, and why.</summary>
public sealed record TallyResult
{
    public required BallotOutcome Outcome { get; init; }

    /// <summary>What was decided; null for every outcome but <see cref="BallotOutcome.Decided"/>.</summary>
    public string? Option { get; init; }

    /// <summary>The option that has the votes, decided or not.</summary>
    public string? Leading { get; init; }

    /// <summary>Heads, or weight under <see cref="QuorumKind.Weighted"/>, of every option.</summary>
    public required ImmutableSortedDictionary<string, double> Tally { get; init; }

    /// <summary>Heads or weight of the whole electorate.</summary>
    public required double ElectorateWeight { get; init; }

    /// <summary>Voters whose veto or dissent sent the ballot to people.</summary>
    public ImmutableArray<string> Objectors { get; init; } = [];

    /// <summary>What became of each vote, in the order they were given.</summary>
    public required ImmutableArray<VoteTreatment> Treatments { get; init; }

    /// <summary>The reasons in the order they were found, one sentence each.</summary>
    public required ImmutableArray<string> Explanation { get; init; }
}
