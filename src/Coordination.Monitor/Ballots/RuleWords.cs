using System.Globalization;
using Coordination.Sagas.Consensus;

namespace Coordination.Monitor;

/// <summary>A ballot's rule as a person would say it. Pure.</summary>
internal static class RuleWords
{
    public static string Of(BallotOpening opening)
    {
        var rule = opening.Policy.Rule;
        var ballot = opening.Ballot(opening.Seats.Length, deadlinePassed: false);
        string?[] sentences =
        [
            Quorum(rule, ballot),
            rule.Diversity > 1 ? $"Voters of at least {rule.Diversity} model families have to be for it." : null,
            Vetoes(ballot),
            ballot.Electorate.Any(e => e.IsExpertFor(ballot.Flags))
                ? $"Dissent of an expert for {string.Join(" or ", opening.Flags)} goes to people."
                : null,
            rule.ConfidenceFloor > 0 ? $"A vote less than {Percent(rule.ConfidenceFloor)} sure counts as an abstention." : null,
            opening.Panels.Length > 1
                ? $"{string.Join(", then ", opening.Panels)} voters are asked, more only where those before are not of one mind."
                : null,
            opening.Policy.DebateRounds > 0
                ? $"After a split there {(opening.Policy.DebateRounds == 1 ? "is 1 round" : $"are up to {opening.Policy.DebateRounds} rounds")} of debate."
                : null,
            opening.Policy.Signed ? "Votes are signed." : null,
            opening.Policy.Approval
                ? $"What the voters decide {(opening.Policy.People == 1 ? "a person approves" : $"{opening.Policy.People} people approve")}."
                : null,
            Otherwise(opening),
        ];
        return string.Join(' ', sentences.Where(sentence => sentence is not null));
    }

    /// <summary>What an option needs: heads, or weight it has to exceed.</summary>
    public static double Needed(Ballot ballot, double whole) =>
        ballot.Rule.Kind == QuorumKind.Weighted
            ? whole * (ballot.Rule.Threshold == WeightThreshold.TwoThirds ? 2.0 / 3 : 0.5)
            : Sagas.Consensus.Quorum.Of(ballot.Rule, ballot.Electorate.Length);

    private static string Quorum(TallyRule rule, Ballot ballot)
    {
        var n = ballot.Electorate.Length;
        if (rule.Kind == QuorumKind.Weighted)
        {
            var whole = Weights.Of(ballot.Electorate, rule.Rho).Sum();
            var share = rule.Threshold == WeightThreshold.TwoThirds ? "two thirds" : "half";
            return $"Weighted: an option needs more than {share} of the weight of all {n} voters: more than {Number(Needed(ballot, whole))} of {Number(whole)}.";
        }
        var needed = Sagas.Consensus.Quorum.Of(rule, n);
        return rule.Kind switch
        {
            QuorumKind.Majority => $"Majority: an option needs more than half of {n} voters: {needed}.",
            QuorumKind.TwoThirds => $"Two thirds: an option needs more than two thirds of {n} voters: {needed}.",
            QuorumKind.Unanimity => $"Unanimity: all {n} voters have to be for an option.",
            QuorumKind.Byzantine =>
                $"Byzantine: an option needs {needed} of {n} voters, so that it holds even if {Sagas.Consensus.Quorum.Liars(n)} of them lie.",
            _ => $"{needed} of {n}: an option needs {needed} voters, and more than any other.",
        };
    }

    private static string? Vetoes(Ballot ballot) =>
        ballot.Electorate.Where(ballot.MayVeto).Select(e => e.Voter).ToArray() is [_, ..] holders
            ? $"{string.Join(", ", holders)} may veto, with a reason and evidence{(ballot.Rule.SilentVeto == SilentVeto.Escalate ? ", and must be heard" : "")}."
            : null;

    private static string Otherwise(BallotOpening opening)
    {
        var (split, few) = (Fallen(opening, opening.Policy.OnSplit), Fallen(opening, opening.Policy.OnNoQuorum));
        return split == few ? $"Where the voters do not decide, {split}." : $"After a split {split}; where too few vote, {few}.";
    }

    private static string Fallen(BallotOpening opening, Fallback fallback) =>
        fallback switch
        {
            Fallback.SafeOption when opening.SafeOption is { } safe => $"it is {safe}",
            Fallback.ExtendThenSafeOption when opening.SafeOption is { } safe => $"they get their time once more, then it is {safe}",
            Fallback.ExtendThenPeople or Fallback.ExtendThenSafeOption => "they get their time once more, then people are asked",
            Fallback.Arbiter when opening.Arbiter is { } arbiter => $"{arbiter.Elector.Voter} decides",
            _ => "people are asked",
        };

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Percent(double share) => (100 * share).ToString("0.#", CultureInfo.InvariantCulture) + " %";
}
