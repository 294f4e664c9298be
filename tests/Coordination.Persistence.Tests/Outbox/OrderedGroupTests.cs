namespace Coordination.Persistence.Tests.Outbox;

/// <summary>Rows of one group leave one after the other.</summary>
public sealed class An_ordered_group
{
    private readonly Guid run = Guid.NewGuid();

    [Fact]
    public void The_next_row_leaves_when_the_one_before_has_left()
    {
        var groups = new OrderedGroups();
        groups.Enter(Row(1)).ShouldBeTrue();
        groups.Enter(Row(2)).ShouldBeFalse();
        groups.Enter(Row(3)).ShouldBeFalse();

        groups.Left(run)!.Id.ShouldBe(2);
        groups.Left(run)!.Id.ShouldBe(3);
        groups.Left(run).ShouldBeNull();
        groups.Enter(Row(4)).ShouldBeTrue();
    }

    [Fact]
    public void When_one_cannot_leave_those_behind_it_are_given_back_in_order()
    {
        var groups = new OrderedGroups();
        groups.Enter(Row(1));
        groups.Enter(Row(2));
        groups.Enter(Row(3));
        var letGo = new List<long>();

        groups.Stuck(run, letGo.Add).Select(row => row.Id).ShouldBe([2, 3]);
        letGo.ShouldBe([2, 3]);
        groups.Enter(Row(4)).ShouldBeTrue();
    }

    private OutboxRow Row(long id) => new() { Id = id, Message = StoreFixture.Message() with { GroupId = run, Ordered = true } };
}
