namespace Coordination.Persistence.Tests;

/// <summary>What every unit of work promises, whatever the database.</summary>
public abstract partial class UnitOfWorkConformance
{
    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    private protected abstract Task<StoreFixture> StoreAsync(TimeSpan? grace = null);

    [Fact]
    public async Task A_commit_makes_writes_and_messages_visible_and_hands_the_messages_to_the_relay()
    {
        await using var store = await StoreAsync();
        var (first, second) = (StoreFixture.Message(), StoreFixture.Message());
        var ran = false;
        await using (var work = store.Units.Create())
        {
            work.Execute(store.Effect("a"));
            work.Send(first);
            work.Send(second);
            work.OnCommitted(() => ran = true);
            (await store.EffectsAsync("a")).ShouldBe(0);
            await work.CommitAsync(Ct);
        }

        (await store.EffectsAsync("a")).ShouldBe(1);
        ran.ShouldBeTrue();
        var (rows, older) = store.Relay.Commits.ShouldHaveSingleItem();
        rows.Select(r => r.Message.MessageId).ShouldBe([first.MessageId, second.MessageId]);
        rows[0].Id.ShouldBeLessThan(rows[1].Id);
        older.ShouldBeEmpty();
        (await store.CountAsync("outbox")).ShouldBe(2);
    }

    [Fact]
    public async Task What_is_not_committed_leaves_nothing_behind()
    {
        await using var store = await StoreAsync();
        var key = new InboxKey(Guid.NewGuid(), Guid.NewGuid());
        await using (var work = store.Units.Create(key))
        {
            (await work.BeginAsync(Ct)).ShouldBeTrue();
            work.Execute(store.Effect("a"));
            work.Send(StoreFixture.Message());
            work.OnCommitted(() => throw new InvalidOperationException("must not run"));
        }

        (await store.EffectsAsync("a")).ShouldBe(0);
        (await store.CountAsync("outbox")).ShouldBe(0);
        (await store.CountAsync("inbox")).ShouldBe(0);
        store.Relay.Commits.ShouldBeEmpty();
    }

    [Fact, Trait("req", "OBX-02")]
    public async Task A_message_that_was_handled_before_has_no_second_effect()
    {
        await using var store = await StoreAsync();
        var key = new InboxKey(Guid.NewGuid(), Guid.NewGuid());
        foreach (var expected in new[] { true, false, false })
        {
            await using var work = store.Units.Create(key);
            (await work.BeginAsync(Ct)).ShouldBe(expected);
            if (expected)
            {
                work.Execute(store.Effect("a"));
            }
            else
            {
                await Should.ThrowAsync<DuplicateMessageException>(async () =>
                    await work.QueryAsync(new Statement("SELECT 1"), reader => reader.GetInt32(0), Ct)
                );
            }

            await work.CommitAsync(Ct);
        }

        // Another consumer of the same message handles it for itself.
        await using var other = store.Units.Create(key with { ConsumerId = Guid.NewGuid() });
        (await other.BeginAsync(Ct)).ShouldBeTrue();
        (await store.EffectsAsync("a")).ShouldBe(1);
    }

    [Fact, Trait("req", "OBX-02")]
    public async Task A_duplicate_that_is_found_only_at_the_commit_has_no_effect_either()
    {
        await using var store = await StoreAsync();
        var key = new InboxKey(Guid.NewGuid(), Guid.NewGuid());
        for (var i = 0; i < 3; i++)
        {
            await using var work = store.Units.Create(key);
            work.Execute(store.Effect("a"));
            work.Send(StoreFixture.Message());
            await work.CommitAsync(Ct);
            (await work.BeginAsync(Ct)).ShouldBe(i == 0);
        }

        (await store.EffectsAsync("a")).ShouldBe(1);
        (await store.CountAsync("outbox")).ShouldBe(1);
        store.Relay.Commits.ShouldHaveSingleItem();
    }

    [Theory, Trait("req", "OBX-02")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_eight_copies_at_the_same_time_one_takes_effect(bool begin)
    {
        await using var store = await StoreAsync();
        var key = new InboxKey(Guid.NewGuid(), Guid.NewGuid());
        var start = new TaskCompletionSource();
        var copies = Enumerable
            .Range(0, 8)
            .Select(async _ =>
            {
                await start.Task;
                await using var work = store.Units.Create(key);
                if (!begin || await work.BeginAsync(Ct))
                {
                    work.Execute(store.Effect("a"));
                    work.Send(StoreFixture.Message());
                }

                await work.CommitAsync(Ct);
                return await work.BeginAsync(Ct);
            })
            .ToList();
        start.SetResult();
        (await Task.WhenAll(copies)).Count(isNew => isNew).ShouldBe(1);
        (await store.EffectsAsync("a")).ShouldBe(1);
        (await store.CountAsync("outbox")).ShouldBe(1);
    }

    [Fact]
    public async Task A_guard_that_touches_no_row_rolls_everything_back_and_names_itself()
    {
        await using var store = await StoreAsync();
        await store.Units.ExecuteAsync(store.Effect("row"), Ct);
        Statement Set(long from, long to, string guard) =>
            new(
                $"UPDATE {store.Sql.Table("effect")} SET value = @to WHERE name = 'row' AND value = @from",
                ("to", to, ColumnKind.Int64),
                ("from", from, ColumnKind.Int64)
            )
            {
                MustAffect = guard,
            };

        await using (var work = store.Units.Create(new InboxKey(Guid.NewGuid(), Guid.NewGuid())))
        {
            work.Execute(Set(1, 2, "the first guard"));
            work.Execute(Set(7, 8, "the second guard"));
            work.Send(StoreFixture.Message());
            (await Should.ThrowAsync<GuardFailedException>(() => work.CommitAsync(Ct))).Guard.ShouldBe("the second guard");
        }

        (await store.CountAsync("inbox")).ShouldBe(0);
        (await store.CountAsync("outbox")).ShouldBe(0);
        store.Relay.Commits.ShouldBeEmpty();
        await Should.ThrowAsync<GuardFailedException>(() => store.Units.ExecuteAsync(Set(7, 8, "alone"), Ct));

        await using var good = store.Units.Create();
        good.Execute(Set(1, 2, "the first guard"));
        await good.CommitAsync(Ct);
    }

    [Fact]
    public async Task After_a_failed_statement_the_next_unit_of_work_finds_a_clean_connection()
    {
        await using var store = await StoreAsync();
        for (var i = 0; i < 40; i++)
        {
            await using (var work = store.Units.Create(new InboxKey(Guid.NewGuid(), Guid.NewGuid())))
            {
                work.Execute(store.Effect("bad"));
                work.Execute(new Statement("INSERT INTO no_such_table VALUES (1)"));
                await Should.ThrowAsync<System.Data.Common.DbException>(() => work.CommitAsync(Ct));
                await Should.ThrowAsync<InvalidOperationException>(() => work.CommitAsync(Ct));
            }

            await using (var work = store.Units.Create())
            {
                await Should.ThrowAsync<System.Data.Common.DbException>(async () =>
                    await work.QueryAsync(new Statement("SELECT * FROM no_such_table"), reader => reader.GetInt32(0), Ct)
                );
            }

            await using var good = store.Units.Create();
            good.Execute(store.Effect("good"));
            await good.CommitAsync(Ct);
        }

        (await store.EffectsAsync("bad")).ShouldBe(0);
        (await store.EffectsAsync("good")).ShouldBe(40);
        (await store.CountAsync("inbox")).ShouldBe(0);
    }
}
