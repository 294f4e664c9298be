namespace Coordination.Sagas.Consensus;

/// <summary>How votes become a decision.</summary>
public enum QuorumKind
{
    /// <summary>More than half of the electorate: q = floor(n/2) + 1.</summary>
    Majority,

    /// <summary>More than two thirds of the electorate, by heads: q = floor(2n/3) + 1.</summary>
    TwoThirds,

    /// <summary><see cref="TallyRule.K"/> electors; with k of half or less the option with strictly the most.</summary>
    KOfN,

    /// <summary>Every elector, no abstention.</summary>
    Unanimity,

    /// <summary>A majority of the honest electors, even if f = floor((n-1)/3) lie: q = ceil((n+f+1)/2), n of 4 at least.</summary>
    Byzantine,

    /// <summary>More than <see cref="TallyRule.Threshold"/> of the electorate's weight (<see cref="Weights"/>).</summary>
    Weighted,
}

/// <summary>The share of the weight an option has to exceed.</summary>
public enum WeightThreshold
{
    Half,
    TwoThirds,
}

/// <summary>What becomes of a winner at the deadline when somebody who may veto has said nothing.</summary>
public enum SilentVeto
{
    /// <summary>Whoever is silent has no objection.</summary>
    Decide,

    /// <summary>No decision without the veto holder: NO_QUORUM.</summary>
    Escalate,
}

/// <summary>The rule of one ballot. Electorates and options are checked against it by <see cref="BallotCheck"/>.</summary>
public sealed record TallyRule
{
    public QuorumKind Kind { get; init; } = QuorumKind.Majority;

    /// <summary>For <see cref="QuorumKind.Weighted"/> only.</summary>
    public WeightThreshold Threshold { get; init; } = WeightThreshold.Half;

    /// <summary>For <see cref="QuorumKind.KOfN"/> only: 1 to the size of the electorate.</summary>
    public int K { get; init; }

    /// <summary>Model families among the voters of the winning option, at least. 1 or more.</summary>
    public int Diversity { get; init; } = 1;

    /// <summary>A vote with less confidence counts as an abstention. 0 to 1.</summary>
    public double ConfidenceFloor { get; init; } = 0.6;

    /// <summary>How much voters of one family are taken to err together: 0 not at all, 1 always.</summary>
    public double Rho { get; init; } = 0.5;

    /// <summary>Dissent of a calibrated voter with this confidence or more escalates. 0 to 1.</summary>
    public double DissentConfidence { get; init; } = 0.8;

    public SilentVeto SilentVeto { get; init; } = SilentVeto.Decide;
}
