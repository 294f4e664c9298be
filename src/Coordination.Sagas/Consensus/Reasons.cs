namespace Coordination.Sagas.Consensus;

/// <summary>The first lines of an explanation: the rule, the electorate's weights, and what became of votes that do not simply count.</summary>
internal static class Reasons
{
    public static List<string> Of(Ballot ballot, IReadOnlyList<Vote> votes, CountedVotes counted, Count count)
    {
        var reasons = new List<string> { Rule(ballot, count) };
        if (ballot.Rule.Kind == QuorumKind.Weighted)
            reasons.Add($"Weights: {string.Join(", ", ballot.Electorate.Select(e => $"{e.Voter} {count.WeightOf(e):0.###}"))}.");
        foreach (var i in counted.Order)
        {
            if (Remark(ballot, votes[i], counted.Treatments[i]) is { } remark)
                reasons.Add(remark);
            if (
                votes[i].Veto is { } veto
                && CountedVotes.IsValid(counted.Treatments[i])
                && Objection(ballot, votes[i], veto) is { } objection
            )
                reasons.Add(objection);
        }
        return reasons;
    }

    private static string Rule(Ballot ballot, Count count)
    {
        var rule = ballot.Rule;
        var n = ballot.Electorate.Length;
        var name = rule.Kind switch
        {
            QuorumKind.Majority => $"Majority: floor({n}/2)+1 = {count.Needed}",
            QuorumKind.TwoThirds => $"Two thirds: floor(2*{n}/3)+1 = {count.Needed}",
            QuorumKind.KOfN => $"{rule.K} of {n}",
            QuorumKind.Unanimity => $"Unanimity: all {n}",
            QuorumKind.Byzantine => $"Byzantine: ceil(({n}+{Quorum.Liars(n)}+1)/2) = {count.Needed}, even if {Quorum.Liars(n)} lie",
            _ =>
                $"Weighted: more than {(rule.Threshold == WeightThreshold.TwoThirds ? "2/3" : "1/2")} of {count.Whole:0.###} = {count.Needed}",
        };
        return $"{name}; {n} electors{(rule.Diversity > 1 && rule.Kind is QuorumKind.KOfN or QuorumKind.Unanimity ? $", {rule.Diversity} families" : "")}.";
    }

    /// <summary>What became of a vote that does not simply count; null for one that does.</summary>
    public static string? Remark(Ballot ballot, Vote vote, VoteTreatment treatment) =>
        treatment switch
        {
            VoteTreatment.Abstained => $"{vote.Voter} abstains.",
            VoteTreatment.Recused => $"{vote.Voter} is recused: counts as an abstention.",
            VoteTreatment.BelowFloor =>
                $"{vote.Voter} is {vote.Confidence:0.##} sure, below the floor of {ballot.Rule.ConfidenceFloor:0.##}: counts as an abstention.",
            VoteTreatment.Duplicate => $"{vote.Voter} voted before: the first vote counts.",
            VoteTreatment.Stranger => $"{vote.Voter} is not in the electorate: recorded, not counted.",
            VoteTreatment.UnknownOption => $"{vote.Voter} chose '{vote.Choice}', which is no option: recorded, not counted.",
            VoteTreatment.BadConfidence => $"{vote.Voter} gave a confidence that is not 0 to 1: recorded, not counted.",
            _ => null,
        };

    private static string? Objection(Ballot ballot, Vote vote, Veto veto) =>
        !ballot.MayVeto(ballot.Electorate.First(e => e.Voter == vote.Voter))
            ? $"{vote.Voter} vetoes without the right to: counts as plain dissent."
        : !veto.IsComplete ? $"{vote.Voter} vetoes without reason and evidence: counts as plain dissent."
        : null;
}
