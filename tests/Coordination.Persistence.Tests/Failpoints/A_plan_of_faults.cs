namespace Coordination.Persistence.Tests.Failpoints;

/// <summary>What the environment of a process asks of its failpoints.</summary>
public sealed class A_plan_of_faults
{
    [Fact]
    public void Names_point_pass_and_action()
    {
        var plan = Read(points: "W7:17:kill; D2:3:pause10s;S1:1:cut_db;W9:2:cut_broker;W1:1:throw");

        plan.Refusal.ShouldBeNull();
        plan.Faults.ShouldBe([
            new PlannedFault("W7", 17, FailpointAction.Kill, default),
            new PlannedFault("D2", 3, FailpointAction.Pause, TimeSpan.FromSeconds(10)),
            new PlannedFault("S1", 1, FailpointAction.CutDatabase, default),
            new PlannedFault("W9", 2, FailpointAction.CutBroker, default),
            new PlannedFault("W1", 1, FailpointAction.Throw, default),
        ]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0")]
    [InlineData("true")]
    public void Does_nothing_without_its_switch(string? value)
    {
        var plan = Read(points: "W1:1:kill", enabled: value, environment: "Production");

        plan.Faults.ShouldBeEmpty();
        plan.Refusal.ShouldBeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("production")]
    [InlineData("Production")]
    public void Is_refused_in_production_and_says_how_to_go_on(string? environment)
    {
        var plan = Read(points: "W1:1:kill", environment: environment);

        plan.Faults.ShouldBeEmpty();
        plan.Refusal.ShouldNotBeNull().ShouldContain("Remove COORD_FAILPOINTS_ENABLED");
    }

    [Theory]
    [InlineData("W1")]
    [InlineData("W1:0:kill")]
    [InlineData("W1:1:explode")]
    [InlineData("W1:1:pause0s")]
    [InlineData("W99:1:kill")]
    public void With_a_fault_that_does_not_exist_is_refused(string points) =>
        Read(points).Refusal.ShouldNotBeNull().ShouldContain($"'{points}'");

    [Fact]
    public void Names_a_planted_bug()
    {
        Read(points: "", bug: PlantedBugs.NoFence).Bug.ShouldBe(PlantedBugs.NoFence);
        Read(points: "", bug: PlantedBugs.NoFence, enabled: null).Bug.ShouldBeNull();
        Read(points: "", bug: PlantedBugs.NoFence, environment: "Production").Bug.ShouldBeNull();
        Read(points: "", bug: "no-such-bug").Refusal.ShouldNotBeNull().ShouldContain("'no-such-bug'");
        Failpoint.IsBroken(PlantedBugs.NoFence).ShouldBeFalse();
    }

    private static FailpointPlan Read(string points, string? enabled = "1", string? environment = "Testing", string? bug = null) =>
        FailpointPlan.Read(name =>
            name switch
            {
                FailpointPlan.PointsVariable => points,
                FailpointPlan.SwitchVariable => enabled,
                FailpointPlan.BugVariable => bug,
                "DOTNET_ENVIRONMENT" => environment,
                _ => null,
            }
        );
}
