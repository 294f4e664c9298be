using Coordination.Sagas.Consensus;
using Coordination.Sagas.Tests.Consensus.Reference;

namespace Coordination.Sagas.Tests.Consensus;

/// <summary>The reference's plain ballots in the product's types.</summary>
internal static class TallyBallots
{
    public static Ballot ToBallot(this ReferenceBallot ballot) =>
        new()
        {
            Rule = ballot.Policy.ToRule(),
            Options = [.. ballot.Options],
            Domain = ballot.Domain,
            Flags = [.. ballot.Flags],
            Electorate = [.. ballot.Electorate.Select(ToElector)],
            DeadlinePassed = ballot.DeadlinePassed,
        };

    public static Vote[] ToVotes(this ReferenceBallot ballot) => [.. ballot.Votes.Select(ToVote)];

    public static TallyResult Decide(this ReferenceBallot ballot) => Tally.Decide(ballot.ToBallot(), ballot.ToVotes());

    public static string Name(this BallotOutcome outcome) =>
        outcome switch
        {
            BallotOutcome.Open => "OPEN",
            BallotOutcome.Decided => "DECIDED",
            BallotOutcome.Split => "SPLIT",
            BallotOutcome.NoQuorum => "NO_QUORUM",
            BallotOutcome.Vetoed => "VETOED",
            BallotOutcome.DissentEscalated => "DISSENT_ESCALATED",
            _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "No such outcome."),
        };

    private static TallyRule ToRule(this ReferencePolicy policy) =>
        new()
        {
            Kind = policy.Rule switch
            {
                "majority" => QuorumKind.Majority,
                "twoThirds" => QuorumKind.TwoThirds,
                "kOfN" => QuorumKind.KOfN,
                "unanimity" => QuorumKind.Unanimity,
                "byzantine" => QuorumKind.Byzantine,
                "weighted" => QuorumKind.Weighted,
                _ => throw new ArgumentOutOfRangeException(nameof(policy), policy.Rule, "No such rule."),
            },
            Threshold = policy.Threshold == "2/3" ? WeightThreshold.TwoThirds : WeightThreshold.Half,
            K = policy.K,
            Diversity = policy.Diversity,
            ConfidenceFloor = policy.ConfidenceFloor,
            Rho = policy.Rho,
            DissentConfidence = policy.DissentConfidence,
            SilentVeto = policy.SilentVeto == "escalate" ? SilentVeto.Escalate : SilentVeto.Decide,
        };

    private static Elector ToElector(ReferenceElector elector) =>
        new()
        {
            Voter = elector.Voter,
            Family = elector.Family ?? Elector.UnknownFamily,
            Judged = elector.Judged,
            Correct = elector.Correct,
            Brier = elector.Brier,
            VetoDomains = [.. elector.VetoDomains],
            ExpertDomains = [.. elector.ExpertDomains],
        };

    private static Vote ToVote(ReferenceVote vote) =>
        new()
        {
            Voter = vote.Voter,
            Choice = vote.Choice,
            Confidence = vote.Confidence ?? 1,
            Veto = vote.Veto is { } veto ? new Veto(veto.Reason, veto.Evidence) : null,
            At = vote.At,
        };
}
