using System.Collections.Immutable;
using Coordination.Contracts.V1;
using Coordination.Sagas.Consensus;

namespace Coordination.Sagas.Tests.Consensus;

/// <summary>Histories that never were, each numbered and hashed without a mistake: verifying says where the rules would have written something else.</summary>
[Trait("req", "VOTE-19")]
public sealed class BallotForgeryTests
{
    [Fact]
    public void Voting_that_was_closed_before_the_deadline()
    {
        var ballot = BallotScript.Of(3).Vote("v0", "refund").Fire();
        var early = Ballots.Noon.AddSeconds(30);

        Faults(ballot.Record.Select(line => line.Seq > 2 ? line with { At = early } : line))
            .ShouldBe([
                "line 3: is 'closed'; the rules would have written nothing here: The time is not over before 2026-01-05T12:01:00.0000000+00:00.",
            ]);
    }

    [Fact]
    [Trait("req", "VOTE-06")]
    public void A_veto_the_arbiter_overrode()
    {
        BallotScript Of(string domain) =>
            BallotScript.Of(
                [
                    Ballots.Voter("v0", "f0") with
                    {
                        VetoDomains = ["payments"],
                    },
                    Ballots.Voter("v1", "f1"),
                    Ballots.Voter("v2", "f2"),
                    Ballots.Voter("v3", "f3"),
                    Ballots.Voter("judge", "x"),
                ],
                Ballots.Policy() with
                {
                    Domain = domain,
                    Arbiter = "judge",
                    OnSplit = Fallback.Arbiter,
                }
            );
        var veto = new VoteVeto { Reason = "PATTERN", Evidence = "card:99" };
        BallotScript Voted(BallotScript ballot) =>
            ballot.Vote("v1", "refund").Vote("v2", "refund").Vote("v3", "review").Vote("v0", "review", veto: veto);
        var vetoed = Voted(Of("payments"));
        vetoed.State.Outcome.ShouldBe("VETOED");
        // In another domain v0 has no veto: there it is a split, and the arbiter's.
        var overridden = Voted(Of("support")).Vote("judge", "refund");
        overridden.Decided.ShouldBe("refund by arbiter");

        var faults = Faults([.. vetoed.Record.Take(6), .. overridden.Record.Skip(6)]);

        faults[0].ShouldStartWith("line 7: is 'arbiter'; the rules would have written {\"seq\":7,");
        faults[0].ShouldContain("\"kind\":\"people\"");
        Faults([vetoed.Record[0], .. overridden.Record.Skip(1)])
            .ShouldContain("line 6: close.outcome is \"SPLIT\"; the rules would have written \"VETOED\".");
    }

    [Fact]
    public void A_vote_that_was_removed()
    {
        var record = BallotAuditTests.Decided().Record;

        Faults(record.Where(line => line.Seq != 3)).ShouldContain("line 5: close.tally.review is 1; the rules would have written 0.");
        Faults(record.Where(line => line.Seq != 2))
            .ShouldHaveSingleItem()
            .ShouldStartWith("line 5: is 'closed'; the rules would have written nothing here: The time is not over before");
    }

    [Fact]
    public void A_vote_that_was_altered()
    {
        var record = BallotAuditTests.Decided().Record;

        Faults(record.Select(line => line.Seq == 2 ? Cast(line, cast => cast with { Choice = "review" }) : line))
            .ShouldHaveSingleItem()
            .ShouldStartWith("line 6: is 'closed'; the rules would have written nothing here");
        Faults(record.Select(line => line.Seq == 3 ? Cast(line, cast => cast with { Choice = "refund" }) : line))
            .ShouldHaveSingleItem()
            .ShouldStartWith(
                "line 5: is 'vote'; the rules would have written {\"seq\":5,\"at\":\"2026-01-05T12:00:00+00:00\",\"kind\":\"closed\""
            );
        Faults(record.Select(line => line.Seq == 3 ? Cast(line, cast => cast with { BallotId = Guid.Empty }) : line))
            .ShouldBe([$"line 3: is a vote of ballot {Guid.Empty}; this is ballot {Ballots.Message.BallotId}."]);
    }

    [Fact]
    public void A_signed_vote_that_was_altered()
    {
        var ballot = BallotScript.Of([.. Ballots.Voters(5).Select(v => v.Signing())], Ballots.Policy() with { Tier = RiskTier.T2 });
        ballot.Vote("v0", "refund");

        Faults(ballot.Record.Select(line => Cast(line, cast => cast with { Choice = "review" })))
            .ShouldContain("line 2: vote.treatment is \"Counted\"; the rules would have written \"Forged\".");
    }

    [Fact]
    public void A_vote_that_was_judged_another_way()
    {
        var ballot = BallotAuditTests.Decided();
        foreach (var treatment in Enum.GetValues<VoteTreatment>().Where(treatment => treatment != VoteTreatment.Counted))
        {
            BallotAudit
                .Faults(
                    ballot.Changed(line =>
                        line is { Seq: 2, Vote: { } vote } ? line with { Vote = vote with { Treatment = treatment } } : line
                    )
                )
                .ShouldBe([$"line 2: vote.treatment is \"{treatment}\"; the rules would have written \"Counted\"."]);
        }
    }

    [Fact]
    public void Somebody_elses_vote_that_is_said_to_have_come_from_here_or_not()
    {
        var ballot = BallotScript.Of(3);
        ballot.Receive(ballot.Cast("v0", "refund"), user: "eve", fromHere: false);
        ballot.Receive(ballot.Cast("v1", "refund"), user: null, fromHere: true);

        BallotAudit
            .Faults(ballot.Changed(line => line.Vote is { } vote ? line with { Vote = vote with { FromHere = !vote.FromHere } } : line))
            .Where(fault => fault.Contains("treatment", StringComparison.Ordinal))
            .ShouldBe([
                "line 2: vote.treatment is \"Forged\"; the rules would have written \"Counted\".",
                "line 3: vote.treatment is \"Counted\"; the rules would have written \"Forged\".",
            ]);
    }

    [Fact]
    public void Two_phases_in_one_line()
    {
        var record = BallotAuditTests.Decided().Record;
        var both = record[5] with { Decision = record[6].Decision };

        var faults = Faults([.. record.Take(5), both, .. record.Skip(7)]);

        faults[0].ShouldStartWith("line 6: decision is {\"outcome\":\"DECIDED\",");
        faults[0].ShouldEndWith("; the rules would have written nothing there.");
        faults[1].ShouldStartWith("line 7: is 'vote'; the rules would have written {\"seq\":7,");
        faults.Length.ShouldBe(2);
    }

    [Fact]
    [Trait("req", "VOTE-08")]
    public void A_lower_tier_than_was_asked_for_another_order_or_other_weights()
    {
        var policy = Ballots.Policy() with { Panels = [3] };
        var voters = Ballots.Voters(5).Select(voter => voter.Signing()).ToArray();
        var ballot = BallotScript.Of(voters, policy, Ballots.Message with { Tier = "T3" });
        BallotOpening Opening(BallotRecord line) => line.Opening!;

        Faults([ballot.Record[0] with { Opening = Opening(ballot.Record[0]) with { Policy = policy with { Voters = ["v0"] } } }])
            .ShouldContain("line 1: opening.policy.tier is \"T1\"; the rules would have written \"T3\".");

        var expert = BallotScript.Of(
            [.. Ballots.Voters(4), Ballots.Voter("v4", "f4") with { ExpertDomains = ["fraud"] }],
            policy,
            Ballots.Message with
            {
                Flags = ["fraud"],
            }
        );
        var opening = Opening(expert.Record[0]);
        opening.Seats[0].Elector.Voter.ShouldBe("v4");
        Faults([expert.Record[0] with { Opening = opening with { Seats = [.. opening.Seats.Reverse()] } }])
            .ShouldContain("line 1: opening.seats[0].elector.voter is \"v3\"; the rules would have written \"v4\".");
        Faults([
                expert.Record[0] with
                {
                    Opening = opening with { Seats = opening.Seats.SetItem(1, opening.Seats[1] with { Weight = 9 }) },
                },
            ])
            .ShouldBe(["line 1: opening.seats[1].weight is 9; the rules would have written 1."]);
    }

    [Fact]
    public void Another_outcome_tally_or_reason()
    {
        Found(close => close with { Outcome = "SPLIT" }, "line 6: close.outcome is \"SPLIT\"; the rules would have written \"DECIDED\".");
        Found(close => close with { Leading = null }, "line 6: close.leading is nothing there; the rules would have written \"refund\".");
        Found(
            close => close with { Tally = close.Tally.SetItem("refund", 4) },
            "line 6: close.tally.refund is 4; the rules would have written 3."
        );
        Found(
            close => close with { Tally = close.Tally.Remove("review") },
            "line 6: close.tally.review is nothing there; the rules would have written 1."
        );
        Found(close => close with { ElectorateWeight = 3 }, "line 6: close.electorateWeight is 3; the rules would have written 5.");
        Found(close => close with { Asked = 3 }, "line 6: close.asked is 3; the rules would have written 5.");
        Found(close => close with { DeadlinePassed = true }, "line 6: close.deadlinePassed is true; the rules would have written false.");
        Found(
            close => close with { Explanation = close.Explanation.SetItem(1, "refund has 4 of 5, 3 needed.") },
            "line 6: close.explanation[1] is \"refund has 4 of 5, 3 needed.\"; the rules would have written \"refund has 3 of 5, 3 needed.\"."
        );

        static void Found(Func<RecordedClose, RecordedClose> change, string fault) =>
            BallotAudit
                .Faults(BallotAuditTests.Decided().Changed(line => line.Close is { } close ? line with { Close = change(close) } : line))
                .ShouldBe([fault]);
    }

    private static BallotRecord Cast(BallotRecord line, Func<CastVote, CastVote> change) =>
        line.Vote is { } vote ? line with { Vote = vote with { Cast = change(vote.Cast) } } : line;

    private static ImmutableArray<string> Faults(IEnumerable<BallotRecord> lines) => BallotAudit.Faults(Records.Forged(lines));
}
