using Coordination.Contracts.V1;

namespace Coordination.Workers.Tests;

public sealed class PlanBuilderTests
{
    [Fact]
    public void A_step_depends_on_what_it_names_and_on_what_its_input_comes_from()
    {
        RunPlan plan = Plan.Named("triage")
            .Step("read", "reader", new { TicketId = 7 })
            .Step("score", "scorer")
            .Step(
                "write",
                "writer",
                after: ["score"],
                inputFrom: new Dictionary<string, string> { ["text"] = "read#/text", ["score"] = "score" },
                compensateWith: "writer",
                pivot: true
            )
            .Within(TimeSpan.FromMinutes(2));
        plan.DeadlineMs.ShouldBe(120_000);
        plan.Steps[0].Input!.Value.GetRawText().ShouldBe("""{"ticketId":7}""");
        plan.Steps[0].DependsOn.ShouldBeNull();
        plan.Steps[2].DependsOn.ShouldBe(["score", "read"]);
        plan.Steps[2].Compensation!.AgentType.ShouldBe("writer");
        plan.Steps[2].Pivot.ShouldBe(true);
    }
}
