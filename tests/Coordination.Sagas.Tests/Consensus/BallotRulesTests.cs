using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Sagas.Consensus;

namespace Coordination.Sagas.Tests.Consensus;

/// <summary>From the opening to the end of the voting.</summary>
public sealed class BallotRulesTests
{
    private static readonly VoteVeto Objection = new() { Reason = "PATTERN", Evidence = "card:99" };

    [Fact]
    [Trait("req", "VOTE-01")]
    public void All_voters_are_asked_at_once_and_nothing_is_said_of_a_vote_before_the_end()
    {
        var ballot = BallotScript.Of(3);
        ballot.Asked.ShouldBe(["v0", "v1", "v2"]);
        var opened = ballot.Published.ShouldHaveSingleItem().ShouldBeOfType<BallotOpened>();
        (opened.Policy, opened.Tier, opened.Voters).ShouldBe(("refund.1", "T1", 3));

        ballot.Vote("v0", "refund");
        ballot.Published.ShouldBeEmpty();
        ballot.State.Outcome.ShouldBeNull();
        ballot.Vote("v1", "review").Published.ShouldBeEmpty();

        ballot.Vote("v2", "refund").Decided.ShouldBe("refund by votes");
        var decided = ballot.Published[^1].ShouldBeOfType<BallotDecided>();
        (decided.Outcome, decided.Option, decided.RecordHash).ShouldBe(("DECIDED", "refund", ballot.State.RecordHash));
    }

    [Fact]
    [Trait("req", "VOTE-04")]
    public void A_ballot_closes_with_the_vote_after_which_nothing_can_change()
    {
        var ballot = BallotScript.Of(5);

        ballot.Vote("v4", "refund").Vote("v2", "refund").Decided.ShouldBe("open");
        ballot.Vote("v0", "refund").Decided.ShouldBe("refund by votes");

        ballot.Record[^1].Decision.ShouldBe(ballot.Decision);
        ballot.Record.Single(line => line.Close is not null).Close!.DeadlinePassed.ShouldBeFalse();
    }

    [Fact]
    [Trait("req", "VOTE-03")]
    public void The_first_vote_counts_and_a_second_is_recorded()
    {
        var ballot = BallotScript.Of(3).Vote("v0", "refund").Vote("v0", "review");

        Refused(ballot, VoteTreatment.Duplicate, ReasonCode.IdempotencyConflict);
        ballot.State.Votes.ShouldHaveSingleItem().Choice.ShouldBe("refund");
        ballot.Record.Count(line => line.Vote is not null).ShouldBe(2);
    }

    [Fact]
    [Trait("req", "VOTE-03")]
    public void A_stranger_is_recorded_and_ignored()
    {
        var ballot = BallotScript.Of(3).Vote("v9", "review");

        Refused(ballot, VoteTreatment.Stranger, ReasonCode.UnregisteredSender);
        ballot.State.Votes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("v1")]
    [Trait("req", "VOTE-14")]
    public void A_vote_of_another_user_of_the_broker_is_forged(string? user)
    {
        var ballot = BallotScript.Of(3);

        ballot.Receive(ballot.Cast("v0", "review"), user);
        Refused(ballot, VoteTreatment.Forged, ReasonCode.SenderMismatch);

        // The voter's turn is not used up; and what never left the database needs no broker to vouch for it.
        ballot.Vote("v0", "refund").State.Votes.ShouldHaveSingleItem().Choice.ShouldBe("refund");
        ballot.Receive(ballot.Cast("v1", "refund"), user: null, fromHere: true).Decided.ShouldBe("refund by votes");
    }

    [Fact]
    [Trait("req", "VOTE-14")]
    public void A_vote_without_the_voters_signature_is_forged_where_votes_are_signed()
    {
        var ballot = BallotScript.Of(Signing(5), Ballots.Policy() with { Tier = RiskTier.T2 });
        var vote = ballot.Cast("v0", "refund");

        foreach (
            var forged in new[]
            {
                vote with
                {
                    Signature = null,
                },
                vote with
                {
                    Choice = "review",
                },
                VoteSignature.Sign(vote, Ballots.KeyOf("v1")),
                vote with
                {
                    Signature = "nonsense",
                },
                VoteSignature.Sign(vote with { QuestionHash = null }, Ballots.KeyOf("v0")),
                VoteSignature.Sign(vote with { QuestionHash = new string('0', 64) }, Ballots.KeyOf("v0")),
            }
        )
        {
            ballot.Receive(forged, "v0");
            Refused(ballot, VoteTreatment.Forged, ReasonCode.SenderMismatch);
        }
        ballot.Receive(vote, "v0").State.Votes.ShouldHaveSingleItem();
    }

    [Fact]
    [Trait("req", "VOTE-11")]
    public void What_cannot_be_counted_is_recorded_and_leaves_the_voter_its_turn()
    {
        var ballot = BallotScript.Of(3);

        ballot.Vote("v0", "both");
        Refused(ballot, VoteTreatment.UnknownOption, ReasonCode.ContractInvalid);
        foreach (var confidence in new[] { double.NaN, 1.01, -0.01, double.PositiveInfinity })
        {
            ballot.Vote("v0", "refund", confidence);
            Refused(ballot, VoteTreatment.BadConfidence, ReasonCode.ContractInvalid);
        }
        ballot.Vote("v0", "refund", round: 2);
        Refused(ballot, VoteTreatment.OtherRound, ReasonCode.ContractInvalid);

        ballot.Vote("v0", "refund").LastVote.Treatment.ShouldBe(VoteTreatment.Counted);
        ballot.Vote("v1", "refund", 0.59).LastVote.Treatment.ShouldBe(VoteTreatment.BelowFloor);
        ballot.Vote("v2", Vote.Recused).LastVote.Treatment.ShouldBe(VoteTreatment.Recused);
        ballot.Record.Count(line => line.Vote is not null).ShouldBe(9);
        ballot.State.Outcome.ShouldBe("SPLIT");
    }

    [Fact]
    [Trait("req", "VOTE-11")]
    public void A_vote_after_the_end_is_recorded_as_late()
    {
        var ballot = BallotScript.Of(3).Vote("v0", "refund").Vote("v1", "refund");
        ballot.Decided.ShouldBe("refund by votes");

        ballot.Vote("v2", "review");

        Refused(ballot, VoteTreatment.Late, ReasonCode.Expired);
        ballot.Decided.ShouldBe("refund by votes");
    }

    [Fact]
    [Trait("req", "VOTE-05")]
    public void A_vote_after_the_deadline_is_late_though_the_timer_has_not_come_yet()
    {
        var ballot = BallotScript.Of(3, Ballots.Policy() with { OnNoQuorum = Fallback.SafeOption }).Vote("v0", "refund");

        ballot.Wait(TimeSpan.FromMinutes(1)).Vote("v1", "refund");

        ballot.LastVote.Treatment.ShouldBe(VoteTreatment.Late);
        ballot.Decided.ShouldBe("review by safe-option");
        ballot.Fire(1).Last.ShouldBeEmpty();
    }

    [Fact]
    [Trait("req", "VOTE-06")]
    public void A_veto_sends_the_ballot_to_people_whatever_the_others_say()
    {
        var voters = Ballots.Voters(3);
        voters[2] = voters[2] with { VetoDomains = ["payments"] };
        var policy = Ballots.Policy() with { Domain = "payments", OnSplit = Fallback.SafeOption };
        var ballot = BallotScript.Of(voters, policy);
        // Holders of a veto are asked first.
        ballot.Asked.ShouldBe(["v2", "v0", "v1"]);

        ballot.Vote("v0", "refund").Vote("v1", "refund").Decided.ShouldBe("open");
        ballot.Vote("v2", "refund", veto: Objection).State.Status.ShouldBe(BallotStatus.People);

        ballot
            .Published.ShouldHaveSingleItem()
            .ShouldBeOfType<BallotClosed>()
            .ShouldBe(
                new BallotClosed
                {
                    BallotId = ballot.State.Opening.BallotId,
                    Outcome = "VETOED",
                    People = 1,
                }
            );
        ballot.Answer("ann", "refund").Decided.ShouldBe("refund by people");
        ballot.Decision!.Outcome.ShouldBe("VETOED");
    }

    [Fact]
    [Trait("req", "VOTE-06")]
    public void A_veto_without_the_right_to_it_is_a_vote_like_any_other()
    {
        var ballot = BallotScript.Of(3).Vote("v0", "review", veto: Objection).Vote("v1", "refund").Vote("v2", "refund");

        ballot.Decided.ShouldBe("refund by votes");
        ballot.State.Explanation.ShouldContain("v0 vetoes without the right to: counts as plain dissent.");
    }

    [Fact]
    [Trait("req", "VOTE-07")]
    public void The_refund_case_never_pays_by_itself()
    {
        var voters = Ballots.Voters(3);
        voters[0] = voters[0] with { Family = "x" };
        voters[1] = voters[1] with { Family = "x" };
        voters[2] = voters[2] with { ExpertDomains = ["fraud"] };
        var random = new Random(7);
        for (var i = 0; i < 1_000; i++)
        {
            var ballot = BallotScript.Of(voters, message: Ballots.Message with { Flags = ["fraud"] });
            var order = new[] { "v0", "v1", "v2" };
            random.Shuffle(order);
            foreach (var voter in order)
                ballot.Vote(voter, voter == "v2" ? "review" : "refund");

            ballot.State.Outcome.ShouldBe("DISSENT_ESCALATED");
            ballot.State.Status.ShouldBe(BallotStatus.People);
            ballot.Decision.ShouldBeNull();
            ballot.State.Explanation[^1].ShouldContain("v2, an expert for fraud, says review");
        }
    }

    [Fact]
    [Trait("req", "VOTE-08")]
    public void Weights_are_those_of_the_opening_whatever_becomes_known_meanwhile()
    {
        var judged = new Dictionary<string, Competence> { ["v0"] = new(100, 95, 5) };
        var host = Ballots.Host(
            Ballots.Policy(QuorumKind.Weighted) with
            {
                Rule = new TallyRule { Kind = QuorumKind.Weighted },
            },
            Ballots.Voters(5)
        );
        var opening = host.TryOpen(judged: judged).Opening!;
        judged["v0"] = Competence.None;

        var ballot = new BallotScript(opening);

        var frozen = ballot.Record[0].Opening!.Seats;
        frozen[0].Elector.ShouldBe(opening.Seats[0].Elector);
        frozen[0].Weight.ShouldBe(2, 1e-9, "a third of the sum: the cap");
        ballot.Vote("v0", "refund").Vote("v1", "refund").Vote("v2", "review").Decided.ShouldBe("open");
        ballot.Vote("v3", "refund").Decided.ShouldBe("refund by votes");
    }

    [Fact]
    [Trait("req", "VOTE-05")]
    public void Too_few_votes_at_the_deadline_are_no_quorum()
    {
        var ballot = BallotScript.Of(5).Vote("v0", "refund").Vote("v1", "refund").Fire();

        ballot.State.Outcome.ShouldBe("NO_QUORUM");
        ballot.State.Status.ShouldBe(BallotStatus.People);
        ballot.Record.Single(line => line.Close is not null).Close!.DeadlinePassed.ShouldBeTrue();
    }

    [Fact]
    [Trait("req", "VOTE-05")]
    public void Time_is_extended_once_and_the_silent_are_asked_again()
    {
        var policy = Ballots.Policy() with { OnNoQuorum = Fallback.ExtendThenPeople };
        var ballot = BallotScript.Of(5, policy).Vote("v0", "refund").Vote("v1", "refund").Fire();
        ballot.Asked.ShouldBe(["v2", "v3", "v4"]);
        ballot.State.EndsAt.ShouldBe(ballot.Now + TimeSpan.FromMinutes(1));
        ballot.Published.ShouldBeEmpty();

        ballot.Fire(1).Last.ShouldBeEmpty();
        ballot.Fire().State.Status.ShouldBe(BallotStatus.People);

        var decided = BallotScript.Of(5, policy).Vote("v0", "refund").Vote("v1", "refund").Fire().Vote("v4", "refund");
        decided.Decided.ShouldBe("refund by votes");
    }

    [Fact]
    [Trait("req", "VOTE-04")]
    public void Time_is_not_extended_where_no_vote_could_make_a_difference()
    {
        var ballot = BallotScript.Of(5, Ballots.Policy() with { OnSplit = Fallback.ExtendThenSafeOption });

        ballot.Vote("v0", "refund").Vote("v1", Vote.Abstain).Vote("v2", Vote.Abstain).Vote("v3", Vote.Abstain);

        ballot.Decided.ShouldBe("review by safe-option");
    }

    [Fact]
    [Trait("req", "VOTE-05")]
    public void Without_a_safe_option_people_are_asked()
    {
        var policy = Ballots.Policy() with { OnSplit = Fallback.SafeOption };
        var ballot = BallotScript.Of(4, policy, Ballots.Message with { SafeOption = null });

        ballot.Vote("v0", "refund").Vote("v1", "refund").Vote("v2", "review").Vote("v3", "review");

        ballot.State.Status.ShouldBe(BallotStatus.People);
        BallotScript
            .Of(4, policy)
            .Vote("v0", "refund")
            .Vote("v1", "refund")
            .Vote("v2", "review")
            .Vote("v3", "review")
            .Decided.ShouldBe("review by safe-option");
    }

    private static VoterProfile[] Signing(int voters) => [.. Ballots.Voters(voters).Select(voter => voter.Signing())];

    private static void Refused(BallotScript ballot, VoteTreatment treatment, string reason)
    {
        ballot.LastVote.Treatment.ShouldBe(treatment);
        ballot.LastVote.Detail.ShouldNotBeNull();
        ballot.Refusal.ShouldBe(reason);
        var refused = ballot.Published.OfType<VoteRefused>().ShouldHaveSingleItem();
        (refused.Voter, refused.Reason, refused.Detail).ShouldBe((ballot.LastVote.Cast.Voter, reason, ballot.RefusalDetail));
    }
}
