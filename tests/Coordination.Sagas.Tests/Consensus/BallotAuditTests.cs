using Coordination.Sagas.Consensus;

namespace Coordination.Sagas.Tests.Consensus;

/// <summary>A record that was tampered with, by somebody who may compute hashes too.</summary>
[Trait("req", "VOTE-19")]
public sealed class BallotAuditTests
{
    [Fact]
    public void A_record_nobody_touched_has_no_fault()
    {
        var ballot = Decided();

        BallotAudit.Faults(ballot.Lines, ballot.State.RecordHash).ShouldBeEmpty();
        BallotAudit.Faults(ballot.Lines).ShouldBeEmpty();
        ballot
            .Record.Select(line => line.Kind)
            .ShouldBe(["opened", "vote", "vote", "vote", "vote", "closed", "decided", "vote", "outcome"]);
    }

    [Fact]
    public void A_changed_line_is_found()
    {
        for (var i = 0; i < Decided().Lines.Count; i++)
        {
            var lines = Decided().Lines.ToArray();
            lines[i].Text = lines[i].Text.Replace("2026", "2025", StringComparison.Ordinal);

            BallotAudit.Faults(lines).ShouldBe([$"line {i + 1}: the text or a line before it was changed: its hash is another."]);
        }
    }

    [Fact]
    public void A_removed_line_is_found()
    {
        var ballot = Decided();
        for (var i = 0; i < ballot.Lines.Count; i++)
        {
            var lines = ballot.Lines.ToList();
            lines.RemoveAt(i);
            BallotAudit.Faults(lines, ballot.State.RecordHash).ShouldNotBeEmpty();
            BallotAudit.Faults(Chained(lines.Select(line => line.Text))).ShouldNotBeEmpty("the numbers have a gap, or the end is missing");
            if (i == ballot.Lines.Count - 2)
                break;
        }
    }

    [Fact]
    public void A_line_put_in_or_two_swapped_are_found()
    {
        var ballot = Decided();
        var texts = ballot.Lines.Select(line => line.Text).ToList();
        (texts[1], texts[2]) = (texts[2], texts[1]);
        BallotAudit.Faults(Chained(texts)).ShouldContain("line 2: says it is line 3.");

        BallotAudit.Faults([.. ballot.Lines.Take(2), .. ballot.Lines.Skip(1)]).ShouldNotBeEmpty();
    }

    [Fact]
    public void A_cut_off_end_is_found_by_the_ballots_row()
    {
        var ballot = Decided();
        for (var length = 1; length < ballot.Lines.Count; length++)
        {
            var cut = ballot.Lines.Take(length).ToArray();
            BallotAudit.Faults(cut).ShouldBeEmpty();
            BallotAudit
                .Faults(cut, ballot.State.RecordHash)
                .ShouldBe([$"the record ends with line {length}; the ballot's row knows of another last line."]);
        }
        BallotAudit.Faults([], ballot.State.RecordHash).ShouldContain("the first line does not open a ballot.");
    }

    [Fact]
    public void What_cannot_be_read_is_found() => BallotAudit.Faults(Chained(["{}"])).ShouldBe(["line 1: cannot be read."]);

    [Fact]
    public void A_changed_outcome_is_found_though_every_hash_was_computed_anew()
    {
        Found(
            line => line.Close is { } close ? line with { Close = close with { Outcome = "SPLIT", Leading = null } } : line,
            "line 6: says SPLIT ; the votes give DECIDED refund."
        );
        Found(
            line => line.Close is { } close ? line with { Close = close with { Tally = close.Tally.SetItem("refund", 4) } } : line,
            "line 6: its tally is not that of the votes."
        );
        Found(
            line => line.Close is { } close ? line with { Close = close with { Tally = close.Tally.Clear() } } : line,
            "line 6: its tally is not that of the votes."
        );
        Found(
            line => line.Close is { } close ? line with { Close = close with { ElectorateWeight = 3 } } : line,
            "line 6: its tally is not that of the votes."
        );
        Found(
            line => line.Close is { } close ? line with { Close = close with { Asked = 3 } } : line,
            "line 6: closes another phase than the one before it."
        );
    }

    [Fact]
    [Trait("req", "VOTE-08")]
    public void Weights_that_are_not_the_electorates_are_found() =>
        Found(
            line =>
                line.Opening is { } opening
                    ? line with
                    {
                        Opening = opening with { Seats = opening.Seats.SetItem(1, opening.Seats[1] with { Weight = 9 }) },
                    }
                    : line,
            "line 1: its weights are not those of its electorate."
        );

    [Fact]
    public void A_vote_that_was_changed_or_judged_another_way_is_found()
    {
        // The first of three refunds becomes a review: refund has not won.
        Found(
            line =>
                line is { Seq: 2, Vote: { } vote } ? line with { Vote = vote with { Cast = vote.Cast with { Choice = "review" } } } : line,
            "line 6: says DECIDED refund; the votes give OPEN ."
        );
        foreach (
            var treatment in new[]
            {
                VoteTreatment.Duplicate,
                VoteTreatment.Stranger,
                VoteTreatment.Late,
                VoteTreatment.Forged,
                VoteTreatment.UnknownOption,
                VoteTreatment.NotAsked,
            }
        )
        {
            Found(
                line => line is { Seq: 2, Vote: { } vote } ? line with { Vote = vote with { Treatment = treatment } } : line,
                $"line 2: says the vote of v0 is {treatment}; by the lines before it is Counted."
            );
        }
        Found(
            line => line is { Seq: 8, Vote: { } vote } ? line with { Vote = vote with { Treatment = VoteTreatment.Counted } } : line,
            "line 8: says the vote of v4 is Counted; by the lines before it is Late."
        );
    }

    [Fact]
    public void A_signed_vote_that_was_changed_is_found()
    {
        var ballot = BallotScript.Of([.. Ballots.Voters(5).Select(v => v.Signing())], Ballots.Policy() with { Tier = RiskTier.T2 });
        ballot.Vote("v0", "refund");

        var faults = BallotAudit.Faults(
            Changed(
                ballot,
                line => line.Vote is { } vote ? line with { Vote = vote with { Cast = vote.Cast with { Choice = "review" } } } : line
            )
        );

        faults.ShouldBe(["line 2: says the vote of v0 is Counted; by the lines before it is Forged."]);
    }

    [Fact]
    public void A_decision_that_does_not_follow_is_found()
    {
        foreach (
            var decision in new[]
            {
                new RecordedDecision("DECIDED", "review", "votes", []),
                new RecordedDecision("SPLIT", "refund", "votes", []),
                new RecordedDecision("DECIDED", "refund", "people", ["ann"]),
                new RecordedDecision("DECIDED", "review", "safe-option", []),
                new RecordedDecision("DECIDED", "refund", "arbiter", []),
                new RecordedDecision("DECIDED", null, "nobody", []),
                new RecordedDecision("CANCELLED", null, "nobody", []),
                new RecordedDecision("DECIDED", null, "people", []),
                new RecordedDecision("DECIDED", "refund", "magic", []),
            }
        )
        {
            Found(
                line => line.Decision is null ? line : line with { Decision = decision },
                $"line 7: {decision.Outcome}, '{decision.Option}' by {decision.DecidedBy}, does not follow from the lines before it."
            );
        }
        Found(
            line => line.Decision is { } made ? line with { Decision = made with { Option = "both" } } : line,
            "line 7: decides for something that is no option."
        );
    }

    [Fact]
    public void A_second_decision_or_opening_is_found()
    {
        var ballot = Decided();
        var decided = ballot.Record[6] with { Seq = 10 };
        BallotAudit
            .Faults(Chained([.. ballot.Lines.Select(line => line.Text), decided.ToText()]))
            .ShouldBe(["line 10: decides a second time."]);
        var opened = ballot.Record[0] with { Seq = 10 };
        BallotAudit
            .Faults(Chained([.. ballot.Lines.Select(line => line.Text), opened.ToText()]))
            .ShouldBe(["line 10: opens the ballot a second time."]);
    }

    [Fact]
    public void People_or_rounds_that_were_never_due_are_found()
    {
        foreach (var kind in new[] { "debate", "arbiter", "widened", "whatever" })
        {
            Found(line => line.Seq == 9 ? line with { Kind = kind } : line, $"line 9: '{kind}' does not follow from the lines before it.");
        }
        Found(line => line.Seq == 9 ? line with { Kind = "people" } : line, "line 9: asks people, though the voters had decided.");
    }

    [Fact]
    public void An_answer_that_did_not_count_and_decides_is_found()
    {
        var ballot = BallotScript.Of(4).Vote("v0", "refund").Vote("v1", "refund").Vote("v2", "review").Vote("v3", "review");
        ballot.Answer("v0", "refund").Answer("ann", "review").Decided.ShouldBe("review by people");

        BallotAudit
            .Faults(
                Changed(
                    ballot,
                    line =>
                        line.Answer is { Person: "v0" } answer ? line with { Answer = answer with { Refusal = null } }
                        : line.Decision is { } made ? line with { Decision = made with { Option = "refund", People = ["v0"] } }
                        : line
                )
            )
            .ShouldContain("line 8: the answer of v0 does not count by the lines before it.");
        BallotAudit
            .Faults(Changed(ballot, line => line.Decision is { } made ? line with { Decision = made with { People = ["eve"] } } : line))
            .ShouldContain(fault => fault.Contains("does not follow"));
    }

    [Fact]
    public void An_arbiter_who_said_something_else_is_found()
    {
        var policy = Ballots.Policy() with { Arbiter = "judge", OnSplit = Fallback.Arbiter };
        var ballot = BallotScript.Of([.. Ballots.Voters(4), Ballots.Voter("judge", "x")], policy);
        ballot.Vote("v0", "refund").Vote("v1", "refund").Vote("v2", "review").Vote("v3", "review").Vote("judge", "review");
        ballot.Decided.ShouldBe("review by arbiter");

        BallotAudit
            .Faults(
                Changed(
                    ballot,
                    line =>
                        line.Close is { Arbiter: true } close ? line with { Close = close with { Leading = "refund" } }
                        : line.Decision is { } made ? line with { Decision = made with { Option = "refund" } }
                        : line
                )
            )
            .ShouldHaveSingleItem()
            .ShouldContain("says the arbiter chose 'refund'; by the lines before it is 'review'");
    }

    /// <summary>Three of five for a refund, one against, one late, and what came of it.</summary>
    private static BallotScript Decided()
    {
        var ballot = BallotScript
            .Of(5)
            .Vote("v0", "refund")
            .Vote("v1", "review")
            .Vote("v2", "refund")
            .Vote("v3", "refund")
            .Vote("v4", "review")
            .Report("review");
        ballot.Decided.ShouldBe("refund by votes");
        return ballot;
    }

    private static void Found(Func<BallotRecord, BallotRecord> change, string fault) =>
        BallotAudit.Faults(Changed(Decided(), change)).ShouldContain(fault);

    private static (string, string)[] Changed(BallotScript ballot, Func<BallotRecord, BallotRecord> change) =>
        Chained(ballot.Record.Select(line => change(line).ToText()));

    private static (string Text, string Hash)[] Chained(IEnumerable<string> texts)
    {
        var hash = BallotRecord.Start;
        return [.. texts.Select(text => (text, hash = BallotRecord.Hash(hash, text)))];
    }
}
