using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Sagas.Consensus;
using Coordination.Sagas.Runs;

namespace Coordination.Sagas.Tests.Runs;

/// <summary>Where voters decide in a run: between different answers, and whether a step may be done at all.</summary>
public sealed class BallotsInRunsTests
{
    private static readonly AgreementPlan Agreement = new() { Policy = "answers" };

    private static PlanStep Asked(int agents, AgreementPlan? agreement = null) =>
        Plans.Step("sort") with
        {
            Agents = agents,
            Agreement = agreement ?? Agreement,
        };

    private static PlanStep Refund =>
        Plans.Step("refund") with
        {
            Input = Plans.Json("""{"order":"4711","cents":7999}"""),
            Decision = new DecisionPlan
            {
                Policy = "refund",
                Question = "Refund?",
                Allow = "refund",
                Others = ["review"],
                Flags = ["fraud"],
            },
        };

    [Fact]
    public void The_same_answer_of_all_agents_passes_at_once()
    {
        var run = new RunScript(Plans.Of(Asked(3), Plans.Step("next", "sort")));
        run.Sent.ShouldBe(["sort--1/1", "sort--2/1", "sort--3/1"]);

        run.Complete("sort--1", """{"a":1,"b":2}""").Complete("sort--3", """{"b":2.0,"a":1}""").Complete("sort--2", """{"a":1,"b":2}""");

        run.State["sort"].Status.ShouldBe(StepStatus.Done);
        run.Sent.ShouldBe(["next/1"]);
        run.All.OfType<RunAction.OpenBallot>().ShouldBeEmpty();
        run.Complete("next");
        run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunCompleted>();
    }

    [Fact]
    public void Different_answers_open_a_ballot_over_the_distinct_ones_and_the_chosen_one_is_the_steps()
    {
        var run = new RunScript(Plans.Of(Asked(3), Plans.Step("next", "sort")));
        run.Complete("sort--1", "1").Complete("sort--2", "2").Complete("sort--3", "1");

        var ballot = run.Last.OfType<RunAction.OpenBallot>().ShouldHaveSingleItem().Ballot;
        ballot.Policy.ShouldBe("answers");
        ballot.Options.Select(o => o.Name).ShouldBe(["answer-1", "answer-2"]);
        ballot.Subject!.Value.GetRawText().ShouldBe("""{"answer-1":1,"answer-2":2}""");
        ContractRules.Check(ballot).ShouldBeEmpty();
        run.State["sort"].Status.ShouldBe(StepStatus.BallotWait);
        run.Timers.Keys.ShouldContain(t => t.Kind == RunTimerKind.Question && t.StepId == "sort");

        run.Receive(Decided(ballot, "answer-2"));

        run.State["sort"].Output!.Value.GetRawText().ShouldBe("2");
        run.Sent.ShouldBe(["next/1"]);
        run.Complete("next");
        run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunCompleted>();
        run.Timers.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("exact", null, null, """{"a":1}""", """{"a":1.2}""", false)]
    [InlineData("exact", null, null, """{"a":1,"b":[]}""", """{"b":[],"a":1e0}""", true)]
    [InlineData("fields", "/a", null, """{"a":1,"b":2}""", """{"a":1,"b":3}""", true)]
    [InlineData("fields", "/a", null, """{"b":2}""", """{"b":2}""", false)]
    [InlineData("fields", "/a", null, """{"a":1}""", """{"b":3}""", false)]
    [InlineData("numeric", null, 0.5, """{"a":[1,"x"]}""", """{"a":[1.5,"x"]}""", true)]
    [InlineData("numeric", null, 0.5, """{"a":[1,"x"]}""", """{"a":[1.6,"x"]}""", false)]
    [InlineData("numeric", null, 0.5, """{"a":1}""", """{"a":1,"b":1}""", false)]
    [InlineData("numeric", "/a", 0.5, """{"a":1,"b":1}""", """{"a":1.1,"b":9}""", true)]
    public void Answers_are_equal_by_the_comparison_the_plan_names(
        string compare,
        string? field,
        double? tolerance,
        string one,
        string other,
        bool equal
    )
    {
        var agreement = Agreement with { Compare = compare, Fields = field is null ? null : [field], Tolerance = tolerance };
        var run = new RunScript(Plans.Of(Asked(2, agreement)));

        run.Complete("sort--1", one).Complete("sort--2", other);

        run.State["sort"].Status.ShouldBe(equal ? StepStatus.Done : StepStatus.BallotWait);
    }

    [Fact]
    public void An_agent_that_fails_says_nothing_and_the_others_decide()
    {
        var run = new RunScript(Plans.Of(Asked(3)));
        run.Complete("sort--1", "1").FailStep("sort--2").Complete("sort--3", "1");

        var end = run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunCompleted>();
        end.Outputs.Keys.ShouldBe(["sort"]);
        run.State.Reason.ShouldBeNull();
    }

    [Fact]
    public void Too_few_answers_fail_the_step()
    {
        var run = new RunScript(Plans.Of(Asked(3)));
        run.Complete("sort--1", "1").FailStep("sort--2").FailStep("sort--3");

        run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunFailed>().Reason.ShouldBe(ReasonCode.NoQuorum);
    }

    [Fact]
    public void A_named_electorate_is_asked_one_by_one()
    {
        var run = new RunScript(Plans.Of(Plans.Step("sort") with { Electorate = ["worker", "mail"], Agreement = Agreement }));

        run.State.Steps.Select(s => (s.Id, s.AgentType)).ShouldBe([("sort--1", "worker"), ("sort--2", "mail"), ("sort", "worker")]);
    }

    [Fact]
    [Trait("req", "VOTE-13")]
    public void A_step_that_needs_a_decision_is_sent_only_when_the_ballot_allows_it_with_exactly_its_input()
    {
        var run = new RunScript(Plans.Of(Refund));
        run.Sent.ShouldBeEmpty();
        var ballot = run.Last.OfType<RunAction.OpenBallot>().ShouldHaveSingleItem().Ballot;
        ballot.Options[0].Arguments!.Value.GetRawText().ShouldBe(Refund.Input!.Value.GetRawText());
        ballot.Flags.ShouldBe(["fraud"]);
        ContractRules.Check(ballot).ShouldBeEmpty();

        run.Receive(Decided(ballot, "refund"));

        var sent = run.Last.OfType<RunAction.Dispatch>().ShouldHaveSingleItem();
        sent.Decision.ShouldBe(new StepDecision { BallotId = ballot.BallotId, Option = "refund" });
        run.FailStep("refund", FailureClass.Transient).Fire(RunTimerKind.Retry, "refund");
        run.Last.OfType<RunAction.Dispatch>().ShouldHaveSingleItem().Decision.ShouldBe(sent.Decision);
        run.All.OfType<RunAction.OpenBallot>().Count().ShouldBe(1);
    }

    [Theory]
    [InlineData("DECIDED", "review", ReasonCode.AdmissionDenied)]
    [InlineData(ReasonCode.Vetoed, null, ReasonCode.Vetoed)]
    [InlineData(ReasonCode.AdmissionDenied, null, ReasonCode.AdmissionDenied)]
    [Trait("req", "VOTE-06")]
    public void Any_other_decision_fails_the_step_and_no_agent_hears_of_it(string outcome, string? option, string reason)
    {
        var run = new RunScript(Plans.Of(Refund));
        var ballot = run.Last.OfType<RunAction.OpenBallot>().Single().Ballot;

        run.Receive(Decided(ballot, option, outcome));

        run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunFailed>().Reason.ShouldBe(reason);
        run.All.OfType<RunAction.Dispatch>().ShouldBeEmpty();
    }

    [Fact]
    public void A_run_that_ends_cancels_its_ballots_and_a_late_decision_does_nothing()
    {
        var run = new RunScript(Plans.Of(Refund));
        var ballot = run.Last.OfType<RunAction.OpenBallot>().Single().Ballot;
        run.Receive(new CancelRun { RunId = run.State.RunId, RequestedBy = "ada" });

        run.All.OfType<RunAction.CancelBallot>().ShouldHaveSingleItem().BallotId.ShouldBe(ballot.BallotId);
        run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunCancelled>();
        run.Receive(Decided(ballot, "refund"));
        run.Refusal.ShouldBe(ReasonCode.StaleGeneration);
        run.Terminal.Count.ShouldBe(1);
    }

    [Fact]
    public void A_decision_of_another_ballot_does_nothing()
    {
        var run = new RunScript(Plans.Of(Refund));
        var ballot = run.Last.OfType<RunAction.OpenBallot>().Single().Ballot;

        run.Receive(Decided(ballot with { BallotId = Guid.NewGuid() }, "refund"));

        run.Refusal.ShouldBe(ReasonCode.StaleGeneration);
        run.State["refund"].Status.ShouldBe(StepStatus.BallotWait);
    }

    [Fact]
    public void A_plan_that_asks_several_agents_the_wrong_way_is_refused_with_every_fault()
    {
        var problems = Plans
            .Of(
                Plans.Step("a") with
                {
                    Agents = 3,
                    Electorate = ["mail", "nobody"],
                    Decision = Refund.Decision,
                },
                Plans.Step("a--1"),
                Plans.Step("b") with
                {
                    Agreement = Agreement,
                }
            )
            .Problems();

        problems
            .Select(p => p.Path)
            .ShouldBe(
                [
                    "plan.steps[0].agents",
                    "plan.steps[0].agreement",
                    "plan.steps[0].decision",
                    "plan.steps[0].electorate[1]",
                    "plan.steps[0].agentType",
                    "plan.steps[0].id",
                    "plan.steps[2].agreement",
                ],
                ignoreOrder: true
            );
    }

    private static RunBallotDecided Decided(OpenBallot ballot, string? option, string outcome = "DECIDED") =>
        new()
        {
            RunId = ballot.RunId!.Value,
            StepId = ballot.StepId!,
            BallotId = ballot.BallotId,
            Outcome = outcome,
            Option = option,
            OpeningHash = option is null ? null : OpeningCheck.HashOf(ballot),
        };
}
