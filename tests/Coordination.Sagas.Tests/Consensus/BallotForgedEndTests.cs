using System.Collections.Immutable;
using Coordination.Sagas.Consensus;

namespace Coordination.Sagas.Tests.Consensus;

/// <summary>Histories that never were, from the deadline to the decision, each numbered and hashed without a mistake.</summary>
[Trait("req", "VOTE-19")]
public sealed class BallotForgedEndTests
{
    [Fact]
    [Trait("req", "VOTE-05")]
    public void A_late_vote_that_was_counted()
    {
        BallotScript Of() => BallotScript.Of(3).Vote("v0", "refund");
        var late = Of().Wait(TimeSpan.FromMinutes(1)).Vote("v1", "refund");
        var inTime = Of().Wait(TimeSpan.FromSeconds(59)).Vote("v1", "refund").Vote("v2", "refund");
        (late.LastVote.Treatment, inTime.Decided).ShouldBe((VoteTreatment.Late, "refund by votes"));

        Faults(inTime.Record.Select(line => line.Seq > 2 ? line with { At = late.Now } : line))
            .ShouldHaveSingleItem()
            .ShouldStartWith(
                "line 3: is 'vote'; the rules would have written {\"seq\":3,\"at\":\"2026-01-05T12:01:00+00:00\",\"kind\":\"closed\""
            );
    }

    [Fact]
    public void A_deadline_that_was_extended_twice()
    {
        var ballot = BallotScript
            .Of(3, Ballots.Policy() with { OnNoQuorum = Fallback.ExtendThenPeople })
            .Vote("v0", "refund")
            .Fire()
            .Fire();
        var record = ballot.Record;
        record.Select(line => line.Kind).ShouldBe(["opened", "vote", "closed", "extended", "closed", "people"]);

        Faults([.. record.Take(5), record[3] with { At = record[5].At }])
            .ShouldHaveSingleItem()
            .ShouldStartWith(
                "line 6: is 'extended'; the rules would have written {\"seq\":6,\"at\":\"2026-01-05T12:02:00+00:00\",\"kind\":\"people\""
            );
    }

    [Fact]
    [Trait("req", "VOTE-18")]
    public void An_answer_by_one_person_where_two_are_needed()
    {
        var policy = Ballots.Policy() with { Tier = RiskTier.T3 };
        var ballot = BallotScript.Of([.. Ballots.Voters(4).Select(v => v.Signing())], policy);
        ballot.Vote("v0", "refund").Vote("v1", "refund").Vote("v2", "refund").Vote("v3", "refund");
        ballot.Answer("ann", "refund").Answer("bob", "refund").Decided.ShouldBe("refund by people");

        Faults(ballot.Record.Where(line => line.Answer is not { Person: "bob" }))
            .ShouldHaveSingleItem()
            .ShouldStartWith("line 9: is 'decided'; the rules would have written nothing here: The time is not over before 2026-01-06");
        Faults(
                ballot.Record.Select(line =>
                    line.Answer is { Person: "bob" } answer ? line with { Answer = answer with { Person = "ann" } } : line
                )
            )
            .ShouldContain(
                "line 9: answer.refusal is nothing there; the rules would have written \"ann has answered already: one answer a person.\"."
            );
    }

    [Fact]
    public void An_answer_that_did_not_count_and_decides()
    {
        var ballot = BallotScript.Of(4).Vote("v0", "refund").Vote("v1", "refund").Vote("v2", "review").Vote("v3", "review");
        ballot.Answer("v0", "refund").Answer("ann", "review").Decided.ShouldBe("review by people");

        Faults(
                ballot.Record.Select(line =>
                    line.Answer is { Person: "v0" } answer ? line with { Answer = answer with { Refusal = null } }
                    : line.Decision is { } made ? line with { Decision = made with { Option = "refund", People = ["v0"] } }
                    : line
                )
            )
            .ShouldBe([
                "line 8: answer.refusal is nothing there; the rules would have written \"A voter cannot decide in the place of people.\".",
                "line 10: decision.option is \"refund\"; the rules would have written \"review\".",
                "line 10: decision.people[0] is \"v0\"; the rules would have written \"ann\".",
            ]);
    }

    [Fact]
    public void An_arbiter_who_said_something_else()
    {
        var policy = Ballots.Policy() with { Arbiter = "judge", OnSplit = Fallback.Arbiter };
        var ballot = BallotScript.Of([.. Ballots.Voters(4), Ballots.Voter("judge", "x")], policy);
        ballot.Vote("v0", "refund").Vote("v1", "refund").Vote("v2", "review").Vote("v3", "review").Vote("judge", "review");
        ballot.Decided.ShouldBe("review by arbiter");

        Faults(
                ballot.Record.Select(line =>
                    line.Close is { Arbiter: true } close ? line with { Close = close with { Leading = "refund" } }
                    : line.Decision is { } made ? line with { Decision = made with { Option = "refund" } }
                    : line
                )
            )
            .ShouldBe([
                "line 9: close.leading is \"refund\"; the rules would have written \"review\".",
                "line 10: decision.option is \"refund\"; the rules would have written \"review\".",
            ]);
    }

    [Fact]
    public void Another_decision()
    {
        Found(made => made with { Option = "review" }, "line 7: decision.option is \"review\"; the rules would have written \"refund\".");
        Found(made => made with { Option = "both" }, "line 7: decision.option is \"both\"; the rules would have written \"refund\".");
        Found(made => made with { Option = null }, "line 7: decision.option is nothing there; the rules would have written \"refund\".");
        Found(made => made with { Outcome = "SPLIT" }, "line 7: decision.outcome is \"SPLIT\"; the rules would have written \"DECIDED\".");
        Found(
            made => made with { DecidedBy = "arbiter" },
            "line 7: decision.decidedBy is \"arbiter\"; the rules would have written \"votes\"."
        );
        Found(made => made with { People = ["ann"] }, "line 7: decision.people[0] is \"ann\"; the rules would have written nothing there.");

        static void Found(Func<RecordedDecision, RecordedDecision> change, string fault) =>
            BallotAudit
                .Faults(
                    BallotAuditTests.Decided().Changed(line => line.Decision is { } made ? line with { Decision = change(made) } : line)
                )
                .ShouldBe([fault]);
    }

    [Fact]
    public void A_second_decision_opening_or_outcome()
    {
        var record = BallotAuditTests.Decided().Record;
        foreach (
            var (line, why) in new[]
            {
                (record[6], "the ballot is decided."),
                (record[0], "the ballot is decided."),
                (record[8], "The outcome has been reported before; it counts once."),
            }
        )
            Faults([.. record, line]).ShouldBe([$"line 10: is '{line.Kind}'; the rules would have written nothing here: {why}"]);
    }

    [Fact]
    public void Phases_that_were_never_due()
    {
        var record = BallotAuditTests.Decided().Record;
        foreach (
            var kind in new[] { "debate", "arbiter", "widened", "extended", "people", "closed", "vote", "answer", "cancelled", "whatever" }
        )
        {
            Faults([
                    .. record,
                    new BallotRecord
                    {
                        Seq = 10,
                        At = Ballots.Noon,
                        Kind = kind,
                    },
                ])
                .ShouldBe([$"line 10: is '{kind}'; the rules would have written nothing here: the ballot is decided."]);
        }
    }

    private static ImmutableArray<string> Faults(IEnumerable<BallotRecord> lines) => BallotAudit.Faults(Records.Forged(lines));
}
