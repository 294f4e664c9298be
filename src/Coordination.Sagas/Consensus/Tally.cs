using System.Collections.Immutable;

namespace Coordination.Sagas.Consensus;

/// <summary>
/// The outcome of a ballot: a pure function of the ballot and the set of its votes, the same in every order of arrival. In this order:
/// <list type="number">
/// <item>a valid veto: VETOED;</item>
/// <item>an option that has won, with dissent of an expert for a raised flag or of a calibrated voter who is sure: DISSENT_ESCALATED;</item>
/// <item>an option that has won: DECIDED;</item>
/// <item>no option can win any more: SPLIT;</item>
/// <item>the deadline has passed: NO_QUORUM where too few voted, else SPLIT.</item>
/// </list>
/// Before the deadline it is OPEN as long as a vote that is not there yet could change that.
/// </summary>
public static class Tally
{
    /// <summary>Decides.</summary>
    /// <param name="ballot">A ballot <see cref="BallotCheck"/> has no objection to.</param>
    /// <param name="votes">Every vote of the round, valid or not.</param>
    public static TallyResult Decide(Ballot ballot, IReadOnlyList<Vote> votes)
    {
        ArgumentNullException.ThrowIfNull(ballot);
        ArgumentNullException.ThrowIfNull(votes);
        var counted = new CountedVotes(ballot, votes);
        var count = new Count(ballot, counted);
        var reasons = Reasons.Of(ballot, votes, counted, count);
        var (outcome, option, objectors) = Outcome(ballot, counted, count, reasons);
        return new TallyResult
        {
            Outcome = outcome,
            Option = outcome == BallotOutcome.Decided ? option : null,
            Leading = option,
            Tally = ballot.Options.ToImmutableSortedDictionary(o => o, count.For, StringComparer.Ordinal),
            ElectorateWeight = count.Whole,
            Objectors = objectors,
            Treatments = counted.Treatments,
            Explanation = [.. reasons],
        };
    }

    private static (BallotOutcome Outcome, string? Option, ImmutableArray<string> Objectors) Outcome(
        Ballot ballot,
        CountedVotes counted,
        Count count,
        List<string> reasons
    )
    {
        var silent = ballot.DeadlinePassed ? [] : count.Outstanding;
        if (Vetoes(ballot, counted) is [_, ..] vetoes)
        {
            reasons.AddRange(vetoes.Select(voter => $"{voter} vetoes: no option is executed whatever the weights."));
            return (BallotOutcome.Vetoed, count.Winner, vetoes);
        }
        if (silent.Where(ballot.MayVeto).ToArray() is [_, ..] holders)
        {
            reasons.Add($"Open: {Names(holders)} may veto and has not voted.");
            return (BallotOutcome.Open, count.Winner, []);
        }
        if (count.Winner is not { } winner)
            return WithoutWinner(ballot, count, reasons);
        reasons.Add($"{winner} has {count.Describe(winner)}.");
        if (!ballot.DeadlinePassed && count.CanBeOvertaken(winner))
        {
            reasons.Add("Open: votes that are not there yet can give another option as many.");
            return (BallotOutcome.Open, winner, []);
        }
        var dissenters = ballot.Electorate.Where(e => Dissents(ballot, counted, e, winner)).ToArray();
        if (dissenters.Length > 0)
        {
            reasons.AddRange(dissenters.Select(e => Why(ballot, counted, e, winner)));
            return (BallotOutcome.DissentEscalated, winner, [.. dissenters.Select(e => e.Voter)]);
        }
        if (silent.Where(e => e.IsExpertFor(ballot.Flags) || e.IsCalibrated).ToArray() is [_, ..] experts)
        {
            reasons.Add($"Open: dissent of {Names(experts)}, who has not voted, would escalate.");
            return (BallotOutcome.Open, winner, []);
        }
        if (
            ballot.Rule.SilentVeto == SilentVeto.Escalate
            && count.Outstanding.Where(ballot.MayVeto).ToArray() is [_, ..] unheard
            && ballot.DeadlinePassed
        )
        {
            reasons.Add($"No quorum: {Names(unheard)} may veto and was silent until the deadline.");
            return (BallotOutcome.NoQuorum, winner, []);
        }
        reasons.Add(
            $"Decided: {winner}{(count.Outstanding.IsEmpty || ballot.DeadlinePassed ? "" : "; no outstanding vote can change that")}."
        );
        return (BallotOutcome.Decided, winner, []);
    }

    private static (BallotOutcome, string?, ImmutableArray<string>) WithoutWinner(Ballot ballot, Count count, List<string> reasons)
    {
        if (!ballot.Options.Any(count.CanStillWin))
        {
            reasons.Add($"Split: no option can reach {count.Needed} any more.");
            return (BallotOutcome.Split, null, []);
        }
        if (!ballot.DeadlinePassed)
        {
            reasons.Add(
                $"Open: {count.Outstanding.Length} of {ballot.Electorate.Length} have not voted, and an option needs {count.Needed}."
            );
            return (BallotOutcome.Open, null, []);
        }
        if (count.Participates)
        {
            reasons.Add($"Split: enough voted before the deadline, and no option has {count.Needed}.");
            return (BallotOutcome.Split, null, []);
        }
        reasons.Add($"No quorum: too few voted before the deadline for any option to have {count.Needed}.");
        return (BallotOutcome.NoQuorum, null, []);
    }

    private static ImmutableArray<string> Vetoes(Ballot ballot, CountedVotes counted) =>
        [.. ballot.Electorate.Where(e => counted.Of(e)?.Veto?.IsComplete is true && ballot.MayVeto(e)).Select(e => e.Voter)];

    private static bool Dissents(Ballot ballot, CountedVotes counted, Elector elector, string winner) =>
        counted.ChoiceOf(elector) is { } choice
        && choice != winner
        && (
            elector.IsExpertFor(ballot.Flags) || (elector.IsCalibrated && counted.Of(elector)!.Confidence >= ballot.Rule.DissentConfidence)
        );

    private static string Why(Ballot ballot, CountedVotes counted, Elector elector, string winner)
    {
        var vote = counted.Of(elector)!;
        var standing = elector.IsExpertFor(ballot.Flags)
            ? $"an expert for {string.Join(", ", elector.ExpertDomains.Where(d => ballot.Flags.Contains(d)))}"
            : $"right about its confidence so far (Brier {elector.Brier:0.###} over {elector.Judged}) and {vote.Confidence:0.##} sure";
        return $"Dissent: {elector.Voter}, {standing}, says {vote.Choice}; {winner} is not executed without a person.";
    }

    private static string Names(IEnumerable<Elector> electors) => string.Join(", ", electors.Select(e => e.Voter));
}
