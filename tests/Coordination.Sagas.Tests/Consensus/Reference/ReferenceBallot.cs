namespace Coordination.Sagas.Tests.Consensus.Reference;

/// <summary>Everything the outcome of a vote depends on, in plain words; no type of the product.</summary>
public sealed record ReferenceBallot(
    ReferencePolicy Policy,
    IReadOnlyList<string> Options,
    IReadOnlyList<ReferenceElector> Electorate,
    IReadOnlyList<ReferenceVote> Votes
)
{
    public string? Domain { get; init; }
    public IReadOnlyList<string> Flags { get; init; } = [];
    public bool DeadlinePassed { get; init; }
}

/// <summary>The rule is one of <see cref="Rules"/>.</summary>
public sealed record ReferencePolicy(string Rule)
{
    public static readonly IReadOnlyList<string> Rules = ["majority", "twoThirds", "weighted", "kOfN", "unanimity", "byzantine"];

    /// <summary>"1/2" or "2/3"; read by the weighted rule only.</summary>
    public string Threshold { get; init; } = "1/2";

    /// <summary>Read by kOfN only.</summary>
    public int K { get; init; }
    public int Diversity { get; init; } = 1;
    public double ConfidenceFloor { get; init; } = 0.6;
    public double Rho { get; init; } = 0.5;
    public double DissentConfidence { get; init; } = 0.8;

    /// <summary>"decide" or "escalate".</summary>
    public string SilentVeto { get; init; } = "decide";
}

public sealed record ReferenceElector(string Voter)
{
    public string? Family { get; init; }
    public int Judged { get; init; }
    public int Correct { get; init; }
    public double? Brier { get; init; }
    public IReadOnlyList<string> VetoDomains { get; init; } = [];
    public IReadOnlyList<string> ExpertDomains { get; init; } = [];
}

/// <summary>The choice is an option, ABSTAIN or RECUSED.</summary>
public sealed record ReferenceVote(string Voter, string Choice)
{
    public double? Confidence { get; init; }
    public DateTimeOffset? At { get; init; }
    public ReferenceVeto? Veto { get; init; }
}

public sealed record ReferenceVeto(string? Reason, string? Evidence);

/// <summary>
/// OPEN, DECIDED with its option, SPLIT, NO_QUORUM, VETOED or DISSENT_ESCALATED; the tally is the heads of every option, or its weight under
/// the weighted rule.
/// </summary>
public sealed record ReferenceOutcome(string Outcome, string? Option, IReadOnlyDictionary<string, double> Tally, double ElectorateWeight);
