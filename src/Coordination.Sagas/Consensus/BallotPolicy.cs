using System.Collections.Immutable;

namespace Coordination.Sagas.Consensus;

/// <summary>Who decides when the voters do not.</summary>
public enum Fallback
{
    /// <summary>People are asked.</summary>
    People,

    /// <summary>The option that does no harm; people where a ballot names none.</summary>
    SafeOption,

    /// <summary>The voters get their time once more, then people are asked.</summary>
    ExtendThenPeople,

    /// <summary>The voters get their time once more, then it is the safe option.</summary>
    ExtendThenSafeOption,

    /// <summary>One voter more, <see cref="BallotPolicy.Arbiter"/>; people where it does not decide either.</summary>
    Arbiter,
}

/// <summary>A named and versioned way to decide. A ballot keeps the one it was opened with. Checked when the host starts (<see cref="PolicyCheck"/>).</summary>
public sealed record BallotPolicy
{
    /// <summary>1 to 64 of <c>a-z 0-9 -</c>.</summary>
    public required string Name { get; init; }

    /// <summary>From 1; raise it with every change, so that records say which one decided.</summary>
    public int Version { get; init; } = 1;

    public RiskTier Tier { get; init; } = RiskTier.T1;

    public TallyRule Rule { get; init; } = new();

    /// <summary>The field it is about, for example <c>payments</c>: whose veto counts, and whose record of right votes. A ballot may name another.</summary>
    public string? Domain { get; init; }

    /// <summary>Who votes, unless a ballot names others: names of <see cref="VoterProfile"/>.</summary>
    public ImmutableArray<string> Voters { get; init; } = [];

    /// <summary>
    /// Sizes of the panels, for example 3, 5, 7: so many are asked first, and more only where those are not of one mind. Empty: all at once. Experts and holders of a
    /// veto are asked first, then one of each family in turn.
    /// </summary>
    public ImmutableArray<int> Panels { get; init; } = [];

    /// <summary>Time to vote in each phase. 100 ms to 30 days. Default 1 minute.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Rounds of debate after a split, 0 to 2. Default 0: debate makes models agree, not be right.</summary>
    public int DebateRounds { get; init; }

    public Fallback OnSplit { get; init; } = Fallback.People;

    public Fallback OnNoQuorum { get; init; } = Fallback.People;

    /// <summary>For <see cref="Fallback.Arbiter"/>: a voter who is not in the electorate.</summary>
    public string? Arbiter { get; init; }

    /// <summary>How long people may take before nothing is decided. 1 s to 30 days. Default 1 day.</summary>
    public TimeSpan PeopleDeadline { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Votes without the voter's signature do not count.</summary>
    public bool Signed { get; init; }

    /// <summary>What the voters decide is asked of people too.</summary>
    public bool Approval { get; init; }

    /// <summary>People who have to agree where people decide: two for <see cref="RiskTier.T3"/>.</summary>
    public int People => Tier == RiskTier.T3 ? 2 : 1;

    /// <summary>Name and version, for example <c>refund.3</c>.</summary>
    public string Id => $"{Name}.{Version}";
}
