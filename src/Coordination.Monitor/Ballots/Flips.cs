using Coordination.Sagas.Consensus;

namespace Coordination.Monitor;

/// <summary>
/// What would flip a ballot: the tally once more with each single vote another, and each missing vote cast. One sentence for each voter and each other ending, the
/// endings in which something else is decided first. Pure.
/// </summary>
internal static class Flips
{
    /// <summary>Sentences at most.</summary>
    public const int Most = 10;

    /// <summary>Options tried: those with the most votes. A ballot may have 50, and 100 voters, each of which is tried with each.</summary>
    private const int Tried = 5;
    private const int TriedByMany = 2;
    private const int Many = 25;

    /// <param name="ballot">The voters asked, as the phase was counted.</param>
    /// <param name="votes">The vote of each that counts; not of those who were silent.</param>
    /// <param name="others">Voters of the electorate who were not asked: less than one mind would have asked them.</param>
    public static IReadOnlyList<string> Of(Ballot ballot, IReadOnlyList<Vote> votes, int others = 0)
    {
        // Whoever was silent stays silent: what could still have come is not asked here.
        var closed = ballot with
        {
            DeadlinePassed = true,
        };
        var known = Tally.Decide(closed, votes);
        var options = closed
            .Options.OrderByDescending(option => known.Tally[option])
            .Take(closed.Electorate.Length > Many ? TriedByMany : Tried)
            .ToArray();
        return
        [
            .. closed
                .Electorate.SelectMany(elector => Changes(closed, votes, elector, options))
                .Select(change => (change.Voter, change.Was, change.Now, Result: Tally.Decide(closed, change.Votes)))
                .Select(change => (change.Voter, change.Was, change.Now, Ending: Ending(change.Result, others), change.Result.Option))
                .Where(change => change.Ending != Ending(known, others))
                .GroupBy(change => (change.Voter, change.Was, change.Ending, change.Option))
                .OrderBy(same => same.Key.Option is null)
                .Take(Most)
                .Select(same => Sentence(same.Key.Voter, same.Key.Was, [.. same.Select(change => change.Now)], same.Key.Ending)),
        ];
    }

    private static IEnumerable<Change> Changes(Ballot ballot, IReadOnlyList<Vote> votes, Elector elector, string[] options)
    {
        var before = votes.FirstOrDefault(vote => vote.Voter == elector.Voter);
        var was = before is null ? null : Said(before.Choice, before);
        var rest = votes.Where(vote => vote.Voter != elector.Voter).ToArray();
        foreach (var choice in options.Append(Vote.Abstain).Where(choice => choice != before?.Choice))
        {
            // A new vote is as sure as it takes to count.
            var vote = new Vote { Voter = elector.Voter, Choice = choice };
            yield return new Change(elector.Voter, was, choice, [.. rest, vote]);
        }
        if (before is { Veto.IsComplete: true } && ballot.MayVeto(elector))
            yield return new Change(elector.Voter, was, $"{before.Choice} without a veto", [.. rest, before with { Veto = null }]);
        if (before is not null && before.Confidence < ballot.Rule.ConfidenceFloor && !Vote.IsAbstention(before.Choice))
            yield return new Change(elector.Voter, was, $"{before.Choice} with more confidence", [.. rest, before with { Confidence = 1 }]);
        if (ballot.MayVeto(elector) && before?.Veto?.IsComplete is not true)
        {
            var objection = new Veto("objects", "evidence");
            var vote = (before ?? new Vote { Voter = elector.Voter, Choice = Vote.Abstain }) with { Veto = objection };
            yield return new Change(elector.Voter, was, "a veto", [.. rest, vote]);
        }
    }

    private static string Said(string choice, Vote vote) => vote.Veto?.IsComplete is true ? $"{choice} with a veto" : choice;

    private static string Ending(TallyResult result, int others) =>
        result.Outcome switch
        {
            BallotOutcome.Vetoed => "it would have been vetoed",
            BallotOutcome.DissentEscalated => $"dissent would have taken {result.Leading} to people",
            _ when others > 0 && !(result.Outcome == BallotOutcome.Decided && result.Tally.Values.Count(votes => votes > 0) == 1) =>
                $"the other {others} voters would have been asked",
            BallotOutcome.Decided => $"{result.Option} would have been decided",
            BallotOutcome.NoQuorum => "too few would have voted: no quorum",
            _ => "no option would have had enough: split",
        };

    private static string Sentence(string voter, string? was, IReadOnlyList<string> now, string ending) =>
        was is null
            ? $"With {Either(now)} from {voter}, who was silent, {ending}."
            : $"With {Either(now)} from {voter} instead of {was}, {ending}.";

    private static string Either(IReadOnlyList<string> words) =>
        words.Count == 1 ? words[0] : $"{string.Join(", ", words.Take(words.Count - 1))} or {words[^1]}";

    private sealed record Change(string Voter, string? Was, string Now, IReadOnlyList<Vote> Votes);
}
