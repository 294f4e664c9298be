using Coordination.Sagas.Consensus;
using Coordination.Sagas.Tests.Consensus.Reference;

namespace Coordination.Sagas.Tests.Consensus;

/// <summary>No order of arrival matters: a ballot that closes early has the outcome it would have had with all votes.</summary>
[Trait("req", "VOTE-04")]
public sealed class TallyOrderTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_same_votes_in_any_order_have_one_outcome()
    {
        var random = new Random(4);
        for (var i = 0; i < 20_000; i++)
        {
            // Without times the order given is the order that counts; with them it says nothing.
            var ballot = Recorded(RandomBallots.Next(random), at: _ => Noon.AddSeconds(random.Next(3)));
            var (asked, votes) = (ballot.ToBallot(), ballot.ToVotes());
            var expected = Tally.Decide(asked, votes);
            for (var shuffles = 0; shuffles < 4; shuffles++)
            {
                random.Shuffle(votes);
                var result = Tally.Decide(asked, votes);
                (result.Outcome, result.Option, result.ElectorateWeight).ShouldBe(
                    (expected.Outcome, expected.Option, expected.ElectorateWeight),
                    $"ballot {i}"
                );
                result.Tally.ShouldBe(expected.Tally, $"ballot {i}");
                result.Explanation.ShouldBe(expected.Explanation, $"ballot {i}");
            }
        }
    }

    [Fact]
    [Trait("req", "VOTE-03")]
    public void Every_prefix_of_every_order_of_five_votes_closes_with_the_outcome_of_the_whole()
    {
        var random = new Random(5);
        var (ballots, closed) = (0, 0);
        while (ballots < 300)
        {
            var ballot = RandomBallots.Next(random) with { DeadlinePassed = false };
            if (ballot.Electorate.Count < 5)
                continue;
            ballots++;
            var voters = ballot.Electorate.Take(5).Select(e => e.Voter).ToArray();
            var said = voters.ToDictionary(v => v, v => Some(ballot, v, random));
            foreach (var order in Permutations(voters))
            {
                var votes = Arrivals(order, said, random);
                closed += EveryPrefixHolds(ballot, votes, $"ballot {ballots}, {string.Join(' ', order)}");
            }
        }
        output.WriteLine($"{ballots} ballots in 120 orders; {closed} prefixes were not open.");
        closed.ShouldBeGreaterThan(10_000);
    }

    [Fact]
    public void What_has_closed_early_stays_so_whatever_else_is_said()
    {
        var random = new Random(6);
        var closed = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var ballot = Recorded(RandomBallots.Next(random) with { DeadlinePassed = false }, at: _ => null);
            var early = ballot.Decide();
            if (early.Outcome == BallotOutcome.Open)
                continue;
            closed++;
            for (var more = 0; more < 5; more++)
            {
                var others = RandomBallots.Next(random).Votes.Select(v => v with { At = null, Choice = Like(ballot, v.Choice, random) });
                var later = ballot with { Votes = [.. ballot.Votes, .. others], DeadlinePassed = random.Next(2) == 0 };
                var result = later.Decide();
                (result.Outcome, result.Option).ShouldBe((early.Outcome, early.Option), $"ballot {i}");
            }
        }
        closed.ShouldBeGreaterThan(5_000);
    }

    [Theory]
    [InlineData("A", "B", "A")]
    [InlineData("B", "A", "A")]
    public void Two_votes_of_one_voter_at_the_same_instant_are_told_apart_by_what_they_say(string first, string second, string counted)
    {
        var ballot = ReferenceVectors.Ballot("majority", 1) with
        {
            Votes = [new("v0", first) { At = Noon }, new("v0", second) { At = Noon }],
        };

        ballot.Decide().Option.ShouldBe(counted);
    }

    [Fact]
    public void A_vote_without_a_time_comes_before_every_vote_with_one()
    {
        var ballot = ReferenceVectors.Ballot("majority", 1) with
        {
            Votes = [new("v0", "A") { At = DateTimeOffset.MinValue }, new("v0", "B")],
        };

        ballot.Decide().Option.ShouldBe("B");
        ReferenceTally.Decide(ballot).Option.ShouldBe("B");
    }

    [Fact]
    [Trait("req", "VOTE-06")]
    public void A_veto_is_not_lost_to_a_vote_of_its_voter_that_is_otherwise_the_same()
    {
        var ballot = ReferenceVectors.Ballot("majority", 3, "A", "A").Elector(2, e => e with { VetoDomains = ["fraud"] });
        ReferenceVote plain = new("v2", "B") { At = Noon };
        var veto = plain with { Veto = new("PATTERN", "card:99") };

        (ballot with { Votes = [.. ballot.Votes, plain, veto] }).Decide().Outcome.ShouldBe(BallotOutcome.Vetoed);
        (ballot with { Votes = [.. ballot.Votes, veto, plain] }).Decide().Outcome.ShouldBe(BallotOutcome.Vetoed);
    }

    /// <summary>The number of prefixes that were not open.</summary>
    private static int EveryPrefixHolds(ReferenceBallot ballot, IReadOnlyList<ReferenceVote> votes, string name)
    {
        var open = ballot.ToBallot();
        var all = (ballot with { Votes = votes }).ToVotes();
        var atTheEnd = Tally.Decide(open with { DeadlinePassed = true }, all);
        var closed = 0;
        for (var length = 0; length <= all.Length; length++)
        {
            var early = Tally.Decide(open, all[..length]);
            if (early.Outcome == BallotOutcome.Open)
            {
                closed.ShouldBe(0, $"{name}: open again after {length} votes");
                continue;
            }
            closed++;
            (early.Outcome, early.Option).ShouldBe((atTheEnd.Outcome, atTheEnd.Option), $"{name}: after {length} votes");
        }
        return closed;
    }

    /// <summary>A vote of the voter with what the voter says later: another option, or nothing that can be counted.</summary>
    private static ReferenceVote[] Some(ReferenceBallot ballot, string voter, Random random)
    {
        var own = ballot.Votes.Where(v => v.Voter == voter).Select(v => v with { At = null }).ToList();
        if (own.Count == 0)
            own.Add(new ReferenceVote(voter, ballot.Options[random.Next(ballot.Options.Count)]));
        while (random.Next(3) == 0)
            own.Add(own[0] with { Choice = ballot.Options[random.Next(ballot.Options.Count)], Veto = new("LATE", "e/9") });
        return [.. own];
    }

    /// <summary>First votes in the order given, every later vote of a voter anywhere behind.</summary>
    private static List<ReferenceVote> Arrivals(string[] order, Dictionary<string, ReferenceVote[]> said, Random random)
    {
        var arrivals = order.Select(voter => said[voter][0]).ToList();
        foreach (var voter in order)
        {
            var place = arrivals.FindIndex(v => v.Voter == voter);
            foreach (var later in said[voter].Skip(1))
                arrivals.Insert(place = random.Next(place + 1, arrivals.Count + 1), later);
        }
        return arrivals;
    }

    private static ReferenceBallot Recorded(ReferenceBallot ballot, Func<ReferenceVote, DateTimeOffset?> at) =>
        ballot with
        {
            Votes = [.. ballot.Votes.Select(v => v with { At = at(v) })],
        };

    private static string Like(ReferenceBallot ballot, string choice, Random random) =>
        choice.Length == 1 ? ballot.Options[random.Next(ballot.Options.Count)] : choice;

    private static IEnumerable<string[]> Permutations(string[] items) =>
        items.Length == 0
            ? [Array.Empty<string>()]
            : items.SelectMany(first => Permutations([.. items.Where(i => i != first)]).Select(rest => (string[])[first, .. rest]));
}
