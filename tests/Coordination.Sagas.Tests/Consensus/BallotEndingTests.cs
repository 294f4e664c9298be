using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Sagas.Consensus;

namespace Coordination.Sagas.Tests.Consensus;

/// <summary>What happens when the voters have not decided: debate, arbiter, people; and what is reported afterwards.</summary>
public sealed class BallotEndingTests
{
    private static readonly VoteVeto Objection = new() { Reason = "PATTERN", Evidence = "card:99" };

    [Fact]
    [Trait("req", "VOTE-17")]
    public void One_person_decides_and_the_answer_is_recorded_as_a_persons()
    {
        var ballot = Split(Ballots.Policy());
        ballot.Published.OfType<BallotClosed>().ShouldHaveSingleItem().People.ShouldBe(1);

        ballot.Answer("ann", "review").Decided.ShouldBe("review by people");

        ballot.Decision!.People.ShouldBe(["ann"]);
        var decided = ballot.Published.ShouldHaveSingleItem().ShouldBeOfType<BallotDecided>();
        (decided.Outcome, decided.DecidedBy).ShouldBe(("SPLIT", "people"));
        decided.People.ShouldBe(["ann"]);
        ballot.Answer("bob", "refund").Refusal.ShouldBe(ReasonCode.StaleGeneration);
        ballot.Decided.ShouldBe("review by people");
    }

    [Fact]
    [Trait("req", "VOTE-17")]
    public void A_person_may_say_that_nothing_is_done()
    {
        Split(Ballots.Policy()).Answer("ann", null).Decided.ShouldBe("nothing by people");
    }

    [Fact]
    [Trait("req", "VOTE-17")]
    public void Neither_voters_nor_the_arbiter_answer_in_the_place_of_people()
    {
        var ballot = Split(Ballots.Policy() with { Arbiter = "judge", OnNoQuorum = Fallback.Arbiter }, Judge);

        foreach (var name in new[] { "v0", "judge" })
        {
            ballot.Answer(name, "refund").Refusal.ShouldBe(ReasonCode.ContractInvalid);
            ballot.RefusalDetail.ShouldBe("A voter cannot decide in the place of people.");
        }
        ballot.Answer("ann", "both").RefusalDetail!.ShouldContain("the options are refund, review");
        ballot.Decided.ShouldBe("open");
        ballot.Record.Count(line => line.Answer is not null).ShouldBe(3);
    }

    [Fact]
    [Trait("req", "VOTE-17")]
    public void People_are_not_heard_while_voters_are()
    {
        var ballot = BallotScript.Of(3).Answer("ann", "refund");

        ballot.Refusal.ShouldBe(ReasonCode.StaleGeneration);
        ballot.State.Answers.ShouldBeEmpty();
    }

    [Fact]
    [Trait("req", "VOTE-17")]
    public void A_voter_does_not_answer_under_another_spelling_or_a_persons_name_and_no_person_counts_twice()
    {
        var ballot = BallotScript.Of(Signing(4), Ballots.Policy() with { Tier = RiskTier.T3 });
        foreach (var voter in new[] { "v0", "v1", "v2" })
            ballot.Vote(voter, "refund");
        var answer = new AnswerBallot
        {
            BallotId = ballot.State.Opening.BallotId,
            AnsweredBy = "ann",
            Option = "refund",
        };

        ballot.Receive(answer, user: "v1").RefusalDetail.ShouldBe("A voter cannot decide in the place of people.");
        ballot.Receive(answer with { AnsweredBy = " V1" }).RefusalDetail.ShouldBe("A voter cannot decide in the place of people.");
        ballot.Receive(answer, user: "host").Refusal.ShouldBeNull();
        ballot.Receive(answer with { AnsweredBy = "Ann " }, user: "host").RefusalDetail.ShouldEndWith("one answer a person.");
        ballot.Decided.ShouldBe("open");
        ballot.Record[^1].Answer!.User.ShouldBe("host");
    }

    [Fact]
    [Trait("req", "VOTE-10")]
    public void A_debate_whose_reasons_are_too_long_for_a_message_shows_less_of_them_and_goes_on()
    {
        var ballot = BallotScript.Of(20, Ballots.Policy() with { DebateRounds = 1 });
        foreach (var i in Enumerable.Range(0, 20))
            ballot.Receive(
                ballot.Cast($"v{i}", i % 2 == 0 ? "refund" : "review") with
                {
                    Rationale = new string('字', 2_000),
                    Evidence = [.. Enumerable.Range(0, 50).Select(n => new string('字', 498) + n)],
                },
                $"v{i}"
            );

        ballot.State.Round.ShouldBe(2);
        var request = BallotQuestion.Of(ballot.State, "v0", ballot.Now);
        ContractJson.Serialize(request).Length.ShouldBeInRange(50_000, ContractLimits.Default.MaxBodyBytes);
        request.Arguments!.Count.ShouldBe(20);
        ContractRules.Check(request).ShouldBeEmpty();
    }

    [Fact]
    [Trait("req", "VOTE-17")]
    public void What_cannot_be_undone_needs_two_people_who_agree()
    {
        var ballot = BallotScript.Of(Signing(4), Ballots.Policy() with { Tier = RiskTier.T3 });
        foreach (var voter in new[] { "v0", "v1", "v2" })
            ballot.Vote(voter, "refund");
        // The voters agree; a person's approval is asked all the same.
        ballot.State.Outcome.ShouldBe("DECIDED");
        ballot.Published.OfType<BallotClosed>().ShouldHaveSingleItem().People.ShouldBe(2);

        ballot.Answer("ann", "refund").Decided.ShouldBe("open");
        ballot.Answer("ann", "refund").RefusalDetail.ShouldBe("ann has answered already: one answer a person.");
        ballot.Answer("bob", "review").Decided.ShouldBe("open");
        ballot.Answer("eve", "refund").Decided.ShouldBe("refund by people");
        ballot.Decision!.People.ShouldBe(["ann", "eve"]);
    }

    [Fact]
    [Trait("req", "VOTE-17")]
    public void Without_any_person_nothing_is_done_at_the_end()
    {
        var ballot = Split(Ballots.Policy());
        ballot.State.EndsAt.ShouldBe(ballot.Now + TimeSpan.FromDays(1));

        ballot.Fire().Decided.ShouldBe("nothing by nobody");
        ballot.Decision!.Outcome.ShouldBe("SPLIT");
    }

    [Fact]
    public void An_answer_after_peoples_time_is_too_late()
    {
        var ballot = Split(Ballots.Policy()).Wait(TimeSpan.FromDays(1)).Answer("ann", "refund");

        ballot.Refusal.ShouldBe(ReasonCode.StaleGeneration);
        ballot.Decided.ShouldBe("nothing by nobody");
    }

    [Theory]
    [InlineData("refund", null, "refund by arbiter")]
    [InlineData("refund", 0.5, "open")]
    [InlineData("ABSTAIN", null, "open")]
    public void An_arbiter_decides_a_split_or_leaves_it_to_people(string choice, double? confidence, string decided)
    {
        var ballot = Split(Ballots.Policy() with { Arbiter = "judge", OnSplit = Fallback.Arbiter }, Judge);
        ballot.Asked.ShouldBe(["judge"]);
        ballot.Published.ShouldBeEmpty("votes are sealed still");

        ballot.Vote("v0", "review").LastVote.Treatment.ShouldBe(VoteTreatment.Late);
        ballot.Vote("judge", choice, confidence).Decided.ShouldBe(decided);

        ballot.State.Outcome.ShouldBe("SPLIT");
        ballot.State.Status.ShouldBe(decided == "open" ? BallotStatus.People : BallotStatus.Decided);
    }

    [Fact]
    public void An_arbiter_who_objects_does_not_decide()
    {
        var ballot = Split(Ballots.Policy() with { Arbiter = "judge", OnSplit = Fallback.Arbiter }, Judge);

        ballot.Vote("judge", "refund", veto: Objection).State.Status.ShouldBe(BallotStatus.People);
    }

    [Fact]
    public void An_arbiter_is_not_heard_before_it_is_asked_and_may_be_silent()
    {
        var policy = Ballots.Policy() with { Arbiter = "judge", OnSplit = Fallback.Arbiter };
        var ballot = BallotScript.Of([.. Ballots.Voters(4), Judge], policy);
        ballot.Vote("judge", "refund").LastVote.Treatment.ShouldBe(VoteTreatment.NotAsked);

        Split(policy, Judge).Fire().State.Status.ShouldBe(BallotStatus.People);
    }

    [Fact]
    [Trait("req", "VOTE-10")]
    public void There_are_two_rounds_of_debate_at_most()
    {
        var ballot = Split(Ballots.Policy() with { DebateRounds = 2 });
        ballot.State.Round.ShouldBe(2);
        ballot.Asked.ShouldBe(["v0", "v1", "v2", "v3"]);

        Say(ballot, "refund", "refund", "review", "review");
        ballot.State.Round.ShouldBe(3);
        Say(ballot, "refund", "refund", "review", "review");

        ballot.State.Status.ShouldBe(BallotStatus.People);
        ballot.Record.Count(line => line.Kind == BallotRecordKind.Debate).ShouldBe(2);
    }

    [Fact]
    [Trait("req", "VOTE-10")]
    public void Without_new_evidence_a_changed_mind_does_not_count()
    {
        var talked = Split(Ballots.Policy() with { DebateRounds = 1 });
        Say(talked, "refund", "refund", "refund", "review");
        talked.State.Outcome.ShouldBe("SPLIT");
        // Two and two still, though three said refund.
        talked.Record.Last(line => line.Close is not null).Close!.Tally["refund"].ShouldBe(2);
        talked.Record.Single(line => line.Vote?.Flip is not null).Vote!.Flip.ShouldBe("review");

        var shown = Split(Ballots.Policy() with { DebateRounds = 1 });
        shown.Vote("v0", "refund").Vote("v1", "refund").Vote("v2", "refund", evidence: "bank:7");
        shown.Decided.ShouldBe("refund by votes");
    }

    [Fact]
    [Trait("req", "VOTE-10")]
    public void Evidence_that_was_named_before_is_not_new()
    {
        var message = Ballots.Message with { Evidence = ["order:4711"] };
        var ballot = BallotScript.Of(4, Ballots.Policy() with { DebateRounds = 1 }, message);
        ballot.Vote("v0", "refund", evidence: "bank:7").Vote("v1", "refund").Vote("v2", "review").Vote("v3", "review");

        ballot
            .Vote("v0", "refund")
            .Vote("v1", "refund")
            .Vote("v2", "refund", evidence: "bank:7")
            .Vote("v3", "refund", evidence: "order:4711");

        ballot.State.Outcome.ShouldBe("SPLIT");
    }

    [Fact]
    [Trait("req", "VOTE-10")]
    public void Being_surer_than_before_is_no_evidence()
    {
        var ballot = BallotScript.Of(4, Ballots.Policy() with { DebateRounds = 1 });
        ballot.Vote("v0", "refund").Vote("v1", "refund").Vote("v2", "refund", 0.5).Vote("v3", "review");
        ballot.State.Round.ShouldBe(2);

        ballot.Vote("v0", "refund").Vote("v1", "refund").Vote("v2", "refund", 1).Vote("v3", "review");

        ballot.State.Outcome.ShouldBe("SPLIT");
    }

    [Fact]
    [Trait("req", "VOTE-06")]
    [Trait("req", "VOTE-10")]
    public void A_veto_counts_in_a_debate_though_its_voter_names_nothing_new()
    {
        var voters = Ballots.Voters(4);
        voters[0] = voters[0] with { VetoDomains = ["payments"] };
        var ballot = BallotScript.Of(voters, Ballots.Policy() with { DebateRounds = 1, Domain = "payments" });
        Say(ballot, "refund", "refund", "review", "review");

        ballot.Vote("v0", "review", veto: Objection);

        ballot.State.Outcome.ShouldBe("VETOED");
    }

    [Fact]
    [Trait("req", "VOTE-10")]
    public void Who_is_silent_in_a_debate_keeps_to_the_vote_before()
    {
        var ballot = Split(Ballots.Policy() with { DebateRounds = 1 });

        ballot.Vote("v2", "refund", evidence: "bank:7").Fire();

        ballot.Decided.ShouldBe("refund by votes");
    }

    [Fact]
    [Trait("req", "VOTE-16")]
    public void An_outcome_is_counted_once_by_the_first_votes()
    {
        var ballot = Split(Ballots.Policy() with { DebateRounds = 1, Domain = "payments" });
        ballot.Report("refund").Refusal.ShouldBe(ReasonCode.ContractInvalid);
        ballot.Vote("v0", "refund").Vote("v1", "refund").Vote("v2", "refund", 0.7, evidence: "bank:7");
        ballot.Decided.ShouldBe("refund by votes");
        ballot.Report("both").Refusal.ShouldBe(ReasonCode.ContractInvalid);

        ballot.Report("refund");

        ballot
            .Last.OfType<BallotAction.Judge>()
            .ShouldBe([
                new BallotAction.Judge("v0", "payments", true, 1),
                new BallotAction.Judge("v1", "payments", true, 1),
                new BallotAction.Judge("v2", "payments", false, 1),
                new BallotAction.Judge("v3", "payments", false, 1),
            ]);
        ballot.Report("review").Refusal.ShouldBe(ReasonCode.IdempotencyConflict);
        ballot.Last.ShouldBeEmpty();
    }

    [Fact]
    public void A_cancelled_ballot_decides_nothing_and_says_who_cancelled_it()
    {
        var ballot = BallotScript.Of(3).Vote("v0", "refund").Cancel();

        ballot.Decided.ShouldBe("nothing by nobody");
        ballot.Decision!.Outcome.ShouldBe("CANCELLED");
        ballot.Record[^2].Note.ShouldBe("Cancelled by helpdesk.");
        ballot.Cancel().Refusal.ShouldBe(ReasonCode.StaleGeneration);
        Split(Ballots.Policy()).Cancel().Decided.ShouldBe("nothing by nobody");
    }

    private static VoterProfile Judge => Ballots.Voter("judge", "other");

    private static VoterProfile[] Signing(int voters) => [.. Ballots.Voters(voters).Select(voter => voter.Signing())];

    /// <summary>Two against two.</summary>
    private static BallotScript Split(BallotPolicy policy, params VoterProfile[] more) =>
        Say(BallotScript.Of([.. Ballots.Voters(4), .. more], policy), "refund", "refund", "review", "review");

    private static BallotScript Say(BallotScript ballot, params string[] choices)
    {
        for (var i = 0; i < choices.Length; i++)
            ballot.Vote($"v{i}", choices[i]);
        return ballot;
    }
}
