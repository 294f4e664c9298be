namespace Coordination.Persistence.Tests;

/// <summary>Timers, dead letters and retention.</summary>
public abstract partial class OutboxConformance
{
    [Fact]
    public async Task Timers_are_listed_moved_and_cancelled_in_a_transaction()
    {
        await using var store = await StoreAsync();
        var timers = store.Get<ITimers>();
        var (kept, moved, cancelled, group) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await CommitAsync(
            store,
            StoreFixture.Timer(kept, TimeSpan.FromHours(2)) with
            {
                GroupId = group,
            },
            StoreFixture.Timer(moved, TimeSpan.FromHours(3)),
            StoreFixture.Timer(cancelled, TimeSpan.FromHours(4))
        );
        store.Relay.Commits.ShouldBeEmpty();
        store.Relay.Timers.ShouldHaveSingleItem().ShouldBe(TimeSpan.FromHours(2));
        (await timers.ListAsync(null, 10, Ct)).Select(timer => timer.Token).ShouldBe([kept, moved, cancelled]);

        async Task Change(bool commit)
        {
            await using var work = store.Units.Create();
            work.MoveTimer(moved, TimeSpan.FromMinutes(1));
            work.CancelTimer(cancelled);
            work.CancelTimer(Guid.NewGuid());
            if (commit)
            {
                await work.CommitAsync(Ct);
            }
        }

        await Change(commit: false);
        (await timers.ListAsync(null, 10, Ct)).Count.ShouldBe(3);
        await Change(commit: true);
        (await timers.ListAsync(null, 10, Ct)).Select(timer => timer.Token).ShouldBe([moved, kept]);
        store.Relay.Timers.ShouldContain(TimeSpan.FromMinutes(1));
        (await timers.ListAsync(group, 10, Ct)).ShouldHaveSingleItem().Token.ShouldBe(kept);

        (await timers.MoveAsync(kept, TimeSpan.Zero, Ct)).ShouldBeTrue();
        (await store.Get<IOutboxStore>().ClaimDueAsync(10, Lease, Ct)).ShouldHaveSingleItem().Message.Token.ShouldBe(kept);
        (await timers.CancelAsync(moved, Ct)).ShouldBeTrue();
        (await timers.CancelAsync(moved, Ct)).ShouldBeFalse();
        (await timers.MoveAsync(moved, TimeSpan.Zero, Ct)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_timer_with_a_token_that_exists_replaces_it_and_a_delivery_of_the_old_one_does_not_remove_it()
    {
        await using var store = await StoreAsync();
        var outbox = store.Get<IOutboxStore>();
        var token = Guid.NewGuid();
        await CommitAsync(store, StoreFixture.Timer(token, TimeSpan.Zero));
        var old = (await outbox.ClaimDueAsync(10, Lease, Ct)).ShouldHaveSingleItem();
        var replacement = StoreFixture.Timer(token, TimeSpan.Zero);
        await using (var work = store.Units.Create())
        {
            work.Send(StoreFixture.Timer(token, TimeSpan.FromHours(5)));
            work.Send(replacement);
            await work.CommitAsync(Ct);
        }

        (await store.CountAsync("outbox")).ShouldBe(1);
        await outbox.DeleteAsync([old.Id], Ct);
        (await outbox.ClaimDueAsync(10, Lease, Ct)).ShouldHaveSingleItem().Message.MessageId.ShouldBe(replacement.MessageId);

        await using var both = store.Units.Create();
        both.Send(StoreFixture.Timer(token, TimeSpan.FromHours(5)));
        both.CancelTimer(token);
        await both.CommitAsync(Ct);
        (await store.CountAsync("outbox")).ShouldBe(0);
    }

    [Fact]
    public async Task A_parked_message_can_be_read_sent_again_with_its_own_id_and_discarded()
    {
        await using var store = await StoreAsync(TimeSpan.Zero);
        var letters = store.Get<IDeadLetters>();
        var key = new InboxKey(Guid.NewGuid(), Guid.NewGuid());
        var message = StoreFixture.Message() with
        {
            MessageId = key.MessageId,
            GroupId = Guid.NewGuid(),
            ExpiresAt = DateTimeOffset.UnixEpoch,
            Headers = new Dictionary<string, string> { ["a"] = "b" },
        };
        (await letters.CountRedeliveryAsync(key, Ct)).ShouldBe(1);
        (await letters.CountRedeliveryAsync(key, Ct)).ShouldBe(2);
        (await letters.CountRedeliveryAsync(key with { ConsumerId = Guid.NewGuid() }, Ct)).ShouldBe(1);
        var parked = new ParkedMessage
        {
            Endpoint = "agent-refund",
            Reason = "BAD_BODY",
            Detail = "line 1",
            Attempts = 3,
            Message = message,
        };
        await letters.ParkAsync(parked, Ct);
        await letters.ParkAsync(parked, Ct);

        (await letters.ListAsync("OTHER", null, 10, Ct)).ShouldBeEmpty();
        (await letters.ListAsync(null, Guid.NewGuid(), 10, Ct)).ShouldBeEmpty();
        var letter = (await letters.ListAsync("BAD_BODY", message.GroupId, 10, Ct)).ShouldHaveSingleItem();
        (letter.Direction, letter.Endpoint, letter.Detail, letter.Attempts).ShouldBe(("in", "agent-refund", "line 1", 3));
        (await letters.FindAsync(letter.Id, Ct))!.Message.Headers["a"].ShouldBe("b");

        (await letters.RetryAsync(letter.Id, "anna", Ct)).ShouldBeTrue();
        (await letters.RetryAsync(letter.Id, "anna", Ct)).ShouldBeFalse();
        (await letters.CountRedeliveryAsync(key, Ct)).ShouldBe(1);
        store.Relay.Commits.ShouldHaveSingleItem().Rows.ShouldHaveSingleItem().Message.MessageId.ShouldBe(message.MessageId);
        var row = (await store.Get<IOutboxStore>().ClaimDueAsync(10, Lease, Ct)).ShouldHaveSingleItem();
        row.Message.Body.ShouldBe(message.Body);

        await letters.ParkAsync(parked, Ct);
        var second = (await letters.ListAsync(null, null, 10, Ct)).ShouldHaveSingleItem();
        (await letters.DiscardAsync(second.Id, "not needed", "anna", Ct)).ShouldBeTrue();
        (await letters.DiscardAsync(second.Id, "not needed", "anna", Ct)).ShouldBeFalse();
        (await letters.ListAsync(null, null, 10, Ct)).ShouldBeEmpty();
    }

    [Fact, Trait("req", "OBX-05")]
    public async Task Retention_removes_what_is_past_its_time_in_batches_and_leaves_the_rest()
    {
        await using var store = await StoreAsync();
        for (var i = 0; i < 23; i++)
        {
            // One random id in seventy looks as if it told its day; those of the last days are kept until the day is past, whenever they were received.
            var message = WithoutTime(i);
            InboxBucket.Of(message).ShouldBe(InboxBucket.Other);
            await using var work = store.Units.Create(new InboxKey(Guid.NewGuid(), message));
            await work.CommitAsync(Ct);
        }

        var sql = store.Sql;
        await store.Units.ExecuteAsync(
            new Statement($"UPDATE {sql.Table("inbox")} SET received_at = {sql.NowPlus("@ago")}", ("ago", -7_200_000L, ColumnKind.Int64)),
            Ct
        );
        var young = new InboxKey(Guid.NewGuid(), Guid.NewGuid());
        await using (var work = store.Units.Create(young))
        {
            await work.CommitAsync(Ct);
        }

        await store.Get<IDeadLetters>().CountRedeliveryAsync(young, Ct);
        var options = store.Get<RetentionOptions>();
        (options.Inbox, options.BatchSize, options.Pause) = (TimeSpan.FromHours(1), 10, TimeSpan.Zero);
        (await store.Get<RetentionSweep>().SweepAsync(Ct)).ShouldBe(23);
        (await store.CountAsync("inbox")).ShouldBe(1);
        (await store.CountAsync("redelivery")).ShouldBe(1);
    }

    private static Guid WithoutTime(int number) => new(number, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 0);
}
