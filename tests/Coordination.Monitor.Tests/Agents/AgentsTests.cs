namespace Coordination.Monitor.Tests.AgentTypes;

public sealed class AgentsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    private static Announced Heard(string instance, string build, int secondsAgo, params string[] contracts) =>
        new("refund", instance, build, contracts, false, Now.AddSeconds(-secondsAgo));

    [Fact]
    public void An_instance_is_alive_for_three_announcements_and_only_the_living_can_differ()
    {
        var type = Agents.Of([Heard("a", "1", 90), Heard("b", "1", 10), Heard("c", "0", 91)], [], [], [], Now).ShouldHaveSingleItem();
        (type.Alive, type.Skew, type.LastSeenAt).ShouldBe((2, false, Now.AddSeconds(-10)));
        type.Builds.ShouldBe(["1"]);
        Agents.Of([Heard("a", "1", 0), Heard("b", "2", 0)], [], [], [], Now)[0].Skew.ShouldBeTrue("other builds");
        Agents.Of([Heard("a", "1", 0, "x.v1"), Heard("b", "1", 0, "x.v2")], [], [], [], Now)[0].Skew.ShouldBeTrue("other contracts");
    }

    [Fact]
    public void Work_waits_on_its_way_in_the_broker_and_with_nobody()
    {
        var type = Agents
            .Of(
                [Heard("host:1", "1", 0)],
                [new Claimed("refund", "host:1:aa", 5, 2, Now.AddMinutes(-1)), new Claimed("refund", null, 3, 3, Now.AddMinutes(-5))],
                [
                    new EndpointFlow("agent-refund", 7, 0, Now.AddMinutes(-3), 0, null),
                    new EndpointFlow("coordination-runs", 9, 0, Now, 0, null),
                ],
                [new QueueFlow("agent-refund", 11, 1)],
                Now
            )
            .ShouldHaveSingleItem();
        (type.Waiting, type.Working, type.OldestWaitAt).ShouldBe((2 + 3 + 7 + 11, 3, Now.AddMinutes(-5)));
        type.Instances.ShouldHaveSingleItem().Working.ShouldBe(3);
    }

    [Fact]
    public void A_type_nobody_announced_shows_by_its_work()
    {
        var type = Agents.Of([], [], [new EndpointFlow("agent-lost", 1, 1, Now, 0, "no queue")], [], Now).ShouldHaveSingleItem();
        (type.AgentType, type.Alive, type.Waiting, type.LastSeenAt).ShouldBe(("lost", 0, 1, null));
    }
}
