namespace Coordination.Persistence.Tests;

/// <summary>Embedded mode: the row of a message stays until its receiver has committed.</summary>
public abstract class EmbeddedConformance
{
    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    private protected abstract Task<StoreFixture> StoreAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_receivers_commit_removes_the_row_and_so_does_that_of_a_duplicate(bool begin)
    {
        await using var store = await StoreAsync();
        var message = StoreFixture.Message("exchange:agent-refund");
        var key = new InboxKey(Guid.NewGuid(), message.MessageId) { Endpoint = "agent-refund" };
        for (var i = 0; i < 2; i++)
        {
            await using (var sender = store.Units.Create())
            {
                sender.Send(message);
                sender.Send(message with { Destination = "exchange:agent-other" });
                await sender.CommitAsync(Ct);
            }

            await store.Get<IOutboxStore>().HandedOverAsync([store.Relay.Commits.Last().Rows[0].Id], TimeSpan.FromHours(1), Ct);
            await using var receiver = store.Units.Create(key);
            if (begin)
            {
                (await receiver.BeginAsync(Ct)).ShouldBe(i == 0);
            }

            (await store.CountAsync("outbox")).ShouldBe(2 + i);
            await receiver.CommitAsync(Ct);

            // The copies for the other endpoint stay.
            (await store.CountAsync("outbox")).ShouldBe(1 + i);
        }
    }

    [Fact]
    public async Task A_receiver_that_fails_leaves_the_row()
    {
        await using var store = await StoreAsync();
        var message = StoreFixture.Message("exchange:agent-refund");
        await using (var sender = store.Units.Create())
        {
            sender.Send(message);
            await sender.CommitAsync(Ct);
        }

        await using (var receiver = store.Units.Create(new InboxKey(Guid.NewGuid(), message.MessageId) { Endpoint = "agent-refund" }))
        {
            receiver.Execute(store.Effect("a") with { Text = $"DELETE FROM {store.Sql.Table("effect")}", MustAffect = "never" });
            await Should.ThrowAsync<GuardFailedException>(() => receiver.CommitAsync(Ct));
        }

        (await store.CountAsync("outbox")).ShouldBe(1);
    }

    [Fact]
    public async Task A_parked_message_is_settled_too()
    {
        await using var store = await StoreAsync();
        var message = StoreFixture.Message("exchange:agent-refund");
        await using (var sender = store.Units.Create())
        {
            sender.Send(message);
            await sender.CommitAsync(Ct);
        }

        await store
            .Get<IDeadLetters>()
            .ParkAsync(
                new ParkedMessage
                {
                    Endpoint = "agent-refund",
                    Reason = "X",
                    Detail = "y",
                    Message = message,
                },
                Ct
            );
        (await store.CountAsync("outbox")).ShouldBe(0);
        (await store.CountAsync("dead_letter")).ShouldBe(1);
    }

    [Fact]
    public async Task What_was_handed_over_does_not_hold_up_its_group()
    {
        await using var store = await StoreAsync();
        var group = Guid.NewGuid();
        for (var i = 0; i < 2; i++)
        {
            await using var sender = store.Units.Create();
            sender.Send(StoreFixture.Message() with { GroupId = group, Ordered = true });
            await sender.CommitAsync(Ct);
            var id = store.Relay.Commits.Last().Rows[0].Id;
            store.Relay.Commits.Last().Older.ShouldBeEmpty();
            (await store.Get<IOutboxStore>().HasOlderAsync(group, id, Ct)).ShouldBeFalse();
            await store.Get<IOutboxStore>().HandedOverAsync([id], TimeSpan.FromHours(1), Ct);
        }
    }
}
