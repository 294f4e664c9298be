using System.Collections.Immutable;
using Coordination.Sagas.Consensus;
using CsCheck;

namespace Coordination.Monitor.Tests.Ballots;

public sealed class FlipsTests
{
    private static Vote For(string voter, string choice, double confidence = 1, Veto? veto = null) =>
        new()
        {
            Voter = voter,
            Choice = choice,
            Confidence = confidence,
            Veto = veto,
        };

    private static Ballot Of(string[] voters, Func<Elector, Elector>? change = null, TallyRule? rule = null) =>
        new()
        {
            Rule = rule ?? new TallyRule(),
            Options = ["yes", "no"],
            Electorate =
            [
                .. voters
                    .Select(voter => new Elector { Voter = voter, Family = voter })
                    .Select(elector => change?.Invoke(elector) ?? elector),
            ],
        };

    [Fact]
    public void Each_vote_of_a_narrow_majority_would_flip_it_and_the_minority_would_not() =>
        Flips
            .Of(Of(["a", "b", "c"]), [For("a", "yes"), For("b", "yes"), For("c", "no")])
            .ShouldBe([
                "With no from a instead of yes, no would have been decided.",
                "With no from b instead of yes, no would have been decided.",
                "With ABSTAIN from a instead of yes, no option would have had enough: split.",
                "With ABSTAIN from b instead of yes, no option would have had enough: split.",
            ]);

    [Fact]
    public void A_vote_that_was_never_cast_is_tried_too() =>
        Flips.Of(Of(["a", "b", "c"]), [For("a", "yes")]).ShouldContain("With yes from b, who was silent, yes would have been decided.");

    [Fact]
    public void A_veto_not_made_and_one_made_are_tried()
    {
        var ballot = Of(["a", "b", "c"], elector => elector.Voter == "c" ? elector with { VetoDomains = ["money"] } : elector) with
        {
            Domain = "money",
        };
        Flips
            .Of(ballot, [For("a", "yes"), For("b", "yes"), For("c", "yes", veto: new Veto("why", "doc"))])
            .ShouldContain("With no, ABSTAIN or yes without a veto from c instead of yes with a veto, yes would have been decided.");
        Flips
            .Of(ballot, [For("a", "yes"), For("b", "yes"), For("c", "yes")])
            .ShouldBe(["With a veto from c instead of yes, it would have been vetoed."]);
    }

    [Fact]
    public void A_vote_below_the_floor_would_count_with_more_confidence() =>
        Flips
            .Of(Of(["a", "b", "c"]), [For("a", "yes"), For("b", "yes", confidence: 0.1), For("c", "no")])
            .ShouldContain("With yes with more confidence from b instead of yes, yes would have been decided.");

    [Fact]
    public void A_first_panel_of_one_mind_would_have_asked_the_others()
    {
        var flips = Flips.Of(Of(["a", "b", "c"]), [For("a", "yes"), For("b", "yes"), For("c", "yes")], others: 2);
        flips.Count.ShouldBe(3);
        flips[0].ShouldBe("With no from a instead of yes, the other 2 voters would have been asked.");
    }

    [Fact]
    public void Every_sentence_is_true_and_there_are_ten_at_most() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[0, 2].Array[9], Gen.Enum<QuorumKind>(), Gen.Int[1, 9])
            .Sample(
                (n, choices, kind, k) =>
                {
                    var voters = Enumerable.Range(0, n).Select(i => $"v{i}").ToArray();
                    var ballot = Of(voters, rule: new TallyRule { Kind = kind, K = Math.Min(k, n) }) with { DeadlinePassed = true };
                    ImmutableArray<Vote> votes =
                    [
                        .. voters.Select((voter, i) => For(voter, choices[i] == 0 ? "yes" : "no")).Where((_, i) => choices[i] < 2),
                    ];
                    var known = Tally.Decide(ballot, votes);
                    var flips = Flips.Of(ballot, votes);
                    flips.Count.ShouldBeLessThanOrEqualTo(Flips.Most);
                    flips.Distinct().Count().ShouldBe(flips.Count);
                    foreach (var voter in voters)
                    foreach (var choice in ballot.Options.Append(Vote.Abstain))
                    {
                        var other = Tally.Decide(ballot, [.. votes.Where(vote => vote.Voter != voter), For(voter, choice)]);
                        var says = flips.Any(flip => Tried(flip, voter).Contains(choice));
                        if (says)
                            (other.Outcome, other.Option).ShouldNotBe(
                                (known.Outcome, known.Option),
                                $"{voter} {choice}: {string.Join(' ', flips)}"
                            );
                        else if (flips.Count < Flips.Most)
                            (other.Outcome, other.Option).ShouldBe(
                                (known.Outcome, known.Option),
                                $"{voter} {choice} is missing: {string.Join(' ', flips)}"
                            );
                    }
                },
                iter: 2_000
            );

    private static string[] Tried(string flip, string voter) =>
        flip.Split([$" from {voter} ", $" from {voter},"], StringSplitOptions.None) is [var before, _]
            ? before["With ".Length..].Split([", ", " or "], StringSplitOptions.None)
            : [];

    [Fact]
    public void The_largest_ballot_there_can_be_is_told_while_one_waits()
    {
        var voters = Enumerable.Range(0, 100).Select(i => $"v{i}").ToArray();
        var ballot = Of(voters) with { Options = [.. Enumerable.Range(0, 50).Select(i => $"o{i}")] };
        var started = TimeProvider.System.GetTimestamp();
        Flips.Of(ballot, [.. voters.Select((voter, i) => For(voter, $"o{i % 50}"))]);
        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(30));
    }
}
