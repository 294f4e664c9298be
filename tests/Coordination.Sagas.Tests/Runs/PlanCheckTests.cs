using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Sagas.Runs;
using static Coordination.Sagas.Tests.Runs.Plans;

namespace Coordination.Sagas.Tests.Runs;

public sealed class PlanCheckTests
{
    [Fact]
    public void A_good_plan_has_no_problem()
    {
        var plan = Of(
            Undoable("a") with
            {
                Input = Json("""{"x":1}"""),
            },
            Step("b", "a") with
            {
                InputFrom = new Dictionary<string, string> { ["y"] = "a#/p/0", ["whole"] = "a" },
                Pivot = true,
            },
            Step("c", "b") with
            {
                InputFrom = new Dictionary<string, string> { ["far"] = "a#/~0~1" },
                Optional = true,
            }
        );

        plan.Problems().ShouldBeEmpty();
    }

    [Fact]
    [Trait("req", "LCK-12")]
    public void A_cycle_is_named()
    {
        var problem = Of(Step("a", "c"), Step("b", "a"), Step("c", "b"), Step("d", "a")).Problems().ShouldHaveSingleItem();

        problem.Code.ShouldBe(ReasonCode.PlanCycle);
        problem.Message.ShouldBe("steps wait for each other: a -> c -> b -> a");
    }

    [Fact]
    [Trait("req", "LCK-12")]
    public void Two_separate_cycles_are_both_named()
    {
        var problems = Of(Step("a", "b"), Step("b", "a"), Step("c", "d"), Step("d", "c"), Step("e", "e")).Problems();

        problems.Select(p => p.Code).ShouldAllBe(c => c == ReasonCode.PlanCycle);
        problems.Select(p => p.Message).ShouldContain("steps wait for each other: a -> b -> a");
        problems.Select(p => p.Message).ShouldContain("steps wait for each other: c -> d -> c");
        problems.Select(p => p.Message).ShouldContain("a step cannot wait for itself: e -> e");
    }

    [Fact]
    public void Every_problem_is_listed_with_its_place()
    {
        var plan = Of(
            Step("a", "zz") with
            {
                AgentType = "refnud",
                TimeoutMs = 0,
                Retry = new RetryPolicy
                {
                    MaxAttempts = 21,
                    BaseDelayMs = -1,
                    MaxDelayMs = 86_400_001,
                },
            },
            Step("a"),
            Step("Bad Id") with
            {
                Input = Json("[1]"),
            },
            Step("c", "a", "a") with
            {
                InputFrom = new Dictionary<string, string>
                {
                    ["v"] = "d",
                    ["w"] = "a#p",
                    ["x"] = "a#/~2",
                    ["y"] = "nowhere",
                },
                Input = Json("""{"w":1}"""),
            },
            Step("d") with
            {
                Compensation = new CompensationPlan { AgentType = "nobody", Input = Json("1") },
            }
        ) with
        {
            Name = "",
            DeadlineMs = 0,
        };

        plan.Problems()
            .Select(p => p.Path)
            .ShouldBe(
                [
                    "plan.name",
                    "plan.deadlineMs",
                    "plan.steps[0].dependsOn[0]",
                    "plan.steps[0].agentType",
                    "plan.steps[0].timeoutMs",
                    "plan.steps[0].retry.maxAttempts",
                    "plan.steps[0].retry.baseDelayMs",
                    "plan.steps[0].retry.maxDelayMs",
                    "plan.steps[1].id",
                    "plan.steps[2].id",
                    "plan.steps[2].input",
                    "plan.steps[3].dependsOn[1]",
                    "plan.steps[3].inputFrom.v",
                    "plan.steps[3].inputFrom.w",
                    "plan.steps[3].inputFrom.w",
                    "plan.steps[3].inputFrom.x",
                    "plan.steps[3].inputFrom.y",
                    "plan.steps[4].compensation.agentType",
                    "plan.steps[4].compensation.input",
                ],
                ignoreOrder: true
            );
    }

    [Fact]
    public void An_unknown_agent_type_is_refused_with_the_known_ones_and_the_nearest()
    {
        var problem = Of(Step("a") with { AgentType = "refnud" }).Problems().ShouldHaveSingleItem();

        problem.Code.ShouldBe(ReasonCode.AdmissionDenied);
        problem.Message.ShouldBe("there is no agent type 'refnud' (did you mean 'refund'?); known are mail, refund, worker");
    }

    [Fact]
    public void A_plan_without_steps_or_with_too_many_is_refused()
    {
        Of().Problems().ShouldHaveSingleItem().Path.ShouldBe("plan.steps");
        Of([.. Enumerable.Range(0, 101).Select(i => Step($"s{i}"))])
            .Problems()
            .ShouldHaveSingleItem()
            .Message.ShouldStartWith("101 steps; at most 100");
        Of([.. Enumerable.Range(0, 100).Select(i => Step($"s{i}"))]).Problems().ShouldBeEmpty();
    }

    [Fact]
    public void Dependencies_and_input_bytes_are_bounded()
    {
        var limits = new RunLimits
        {
            MaxDependencies = 1,
            MaxInputBytes = 10,
            MaxPlanInputBytes = 15,
        };

        Of(Step("a"), Step("b", "a"), Step("c", "a"))
            .Problems(limits)
            .ShouldHaveSingleItem()
            .Message.ShouldStartWith("2 dependencies; at most 1");
        Of(Step("a") with { Input = Json("""{"x":12345}""") })
            .Problems(limits)
            .ShouldHaveSingleItem()
            .Message.ShouldStartWith("11 bytes; at most 10");
        Of(Step("a") with { Input = Json("""{"x":12}""") }, Step("b") with { Input = Json("""{"x":12}""") })
            .Problems(limits)
            .ShouldHaveSingleItem()
            .Message.ShouldStartWith("16 bytes of input; at most 15");
    }

    [Fact]
    public void A_step_may_not_be_allowed_more_time_than_its_run()
    {
        var plan = Of(Step("a") with { TimeoutMs = 2_001 }) with { DeadlineMs = 2_000 };

        plan.Problems().ShouldHaveSingleItem().Message.ShouldBe("2001 is more than the run's deadline of 2000 ms");
    }

    [Fact]
    [Trait("req", "WAL-10")]
    public void A_compensation_that_could_never_be_used_is_refused()
    {
        var plan = Of(Undoable("a"), Undoable("p", "a") with { Pivot = true }, Undoable("after", "p"), Undoable("beside"));

        plan.Problems().Select(p => p.Path).ShouldBe(["plan.steps[1].compensation", "plan.steps[2].compensation"]);
    }

    [Fact]
    [Trait("req", "WAL-10")]
    public void A_plan_has_at_most_one_pivot_and_it_is_not_optional()
    {
        var plan = Of(Step("a") with { Pivot = true, Optional = true }, Step("b") with { Pivot = true });

        plan.Problems().Select(p => p.Path).ShouldBe(["plan.steps[0].pivot", "plan.steps[1].pivot"]);
    }

    [Fact]
    public void The_hash_of_a_plan_does_not_depend_on_member_order()
    {
        var one = Of(Step("a") with { Input = Json("""{"x":1,"y":[{"b":1,"a":null}]}""") });
        var same = Of(Step("a") with { Input = Json("""{ "y" : [ {"a":null,"b":1} ], "x":1 }""") });
        var other = Of(Step("a") with { Input = Json("""{"x":1,"y":[{"b":1,"a":0}]}""") });

        PlanHash.Of(same).ShouldBe(PlanHash.Of(one));
        PlanHash.Of(other).ShouldNotBe(PlanHash.Of(one));
    }
}
