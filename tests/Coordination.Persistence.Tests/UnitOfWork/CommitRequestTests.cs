namespace Coordination.Persistence.Tests.UnitOfWork;

/// <summary>Commits that build on one another's row go into one transaction, as long as it has not begun.</summary>
public sealed class A_chain_of_commits
{
    private static readonly Guid Group = Guid.NewGuid();

    [Fact]
    public void Is_taken_as_a_whole_in_the_order_of_its_members_and_then_closed()
    {
        CommitRequest first = new(Member()),
            second = new(Member()),
            third = new(Member());
        second.TryFollow(first).ShouldBeTrue();
        third.TryFollow(second).ShouldBeTrue();

        first.Take().ShouldBe([first, second, third]);
        new CommitRequest(Member()).TryFollow(third).ShouldBeFalse();
    }

    [Fact]
    public void Has_a_bound()
    {
        CommitRequest last = new(Member());
        for (var i = 1; i < 32; i++)
        {
            var next = new CommitRequest(Member());
            next.TryFollow(last).ShouldBeTrue();
            last = next;
        }

        new CommitRequest(Member()).TryFollow(last).ShouldBeFalse();
    }

    [Fact]
    [Trait("req", "WAL-12")]
    public void Never_mixes_what_must_last_with_what_need_not()
    {
        new CommitRequest(Member()).TryFollow(new CommitRequest(Member(), unhurried: true)).ShouldBeFalse();
        new CommitRequest(Member(), unhurried: true).TryFollow(new CommitRequest(Member())).ShouldBeFalse();
    }

    /// <summary>Otherwise a later member's ordered message could leave first.</summary>
    [Fact]
    [Trait("req", "OBX-03")]
    public void Tells_a_member_which_ordered_messages_before_it_are_not_with_the_relay()
    {
        CommitRequest first = new(Member([Message(Group, true), Message(Guid.NewGuid(), true), Message(Group, false)])),
            second = new(Member([Message(Group, true)])),
            third = new(Member([Message(Group, true)]));
        second.TryFollow(first).ShouldBeTrue();
        third.TryFollow(second).ShouldBeTrue();
        (first.Member.Ids, second.Member.Ids, third.Member.Ids) = ([1, 2, 3], [4], [5]);

        third.NotAnnouncedBefore().ShouldBe([1L, 4L]);
        first.IsAnnounced = true;
        third.NotAnnouncedBefore().ShouldBe([4L]);
        second.IsAnnounced = true;
        third.NotAnnouncedBefore().ShouldBeEmpty();
    }

    private static CommitMember Member(params OutgoingMessage[] messages)
    {
        var changes = new PendingChanges();
        foreach (var message in messages)
        {
            changes.Send(message);
        }

        return new CommitMember(null, changes);
    }

    private static OutgoingMessage Message(Guid group, bool ordered) => StoreFixture.Message() with { GroupId = group, Ordered = ordered };
}
