using Microsoft.EntityFrameworkCore;

namespace Coordination.Persistence.Tests;

/// <summary>What every unit of work promises, whatever the database.</summary>
public abstract class UnitOfWorkConformance
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

    [Fact]
    public async Task Typed_values_and_nulls_come_back_as_they_went_in()
    {
        await using var store = await StoreAsync();
        var time = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.FromHours(2)).AddTicks(1_234_560);
        var id = Guid.NewGuid();
        await using var work = store.Units.Create();
        // PostgreSQL needs no table for this: the parameters are typed.
        var rows = await work.QueryAsync(
            new Statement(
                "SELECT @text, @null_text, @uuid, @int, @long, @real, @bool, @bytes, @time, @null_time, 'an @text that is none', @text",
                ("text", "ä'", ColumnKind.Text),
                ("null_text", null, ColumnKind.Text),
                ("uuid", id, ColumnKind.Uuid),
                ("int", 7, ColumnKind.Int32),
                ("long", 8, ColumnKind.Int64),
                ("real", 1.5, ColumnKind.Real),
                ("bool", true, ColumnKind.Bool),
                ("bytes", new byte[] { 0, 255 }, ColumnKind.Bytes),
                ("time", time, ColumnKind.Time),
                ("null_time", null, ColumnKind.Time)
            ),
            r =>
                (
                    r.GetString(0),
                    r.IsDBNull(1),
                    store.Sql.ReadGuid(r, 2),
                    r.GetInt32(3),
                    r.GetInt64(4),
                    r.GetDouble(5),
                    r.GetBoolean(6),
                    (byte[])r[7],
                    store.Sql.ReadTime(r, 8),
                    r.IsDBNull(9),
                    r.GetString(10),
                    r.GetString(11)
                ),
            Ct
        );
        var row = rows.ShouldHaveSingleItem();
        (row.Item1, row.Item2, row.Item3, row.Item4, row.Item5, row.Item6, row.Item7).ShouldBe(("ä'", true, id, 7, 8L, 1.5, true));
        row.Item8.ShouldBe([0, 255]);
        row.Item9.ShouldBe(time);
        (row.Item10, row.Item11, row.Item12).ShouldBe((true, "an @text that is none", "ä'"));
    }

    [Fact]
    public async Task Arrays_select_rows()
    {
        await using var store = await StoreAsync();
        foreach (var (name, value) in new[] { ("a", 1L), ("b", 2), ("c", 3) })
        {
            await store.Units.ExecuteAsync(store.Effect(name, value), Ct);
        }

        async Task<long> Count(string column, object values, ColumnKind kind) =>
            (
                await store.Units.QueryAsync(
                    new Statement(
                        $"SELECT count(*) FROM {store.Sql.Table("effect")} WHERE {store.Sql.AnyOf(column, "@values")}",
                        ("values", values, kind)
                    ),
                    r => r.GetInt64(0),
                    Ct
                )
            )[0];
        (await Count("value", new[] { 1L, 3L, 9L }, ColumnKind.Int64)).ShouldBe(2);
        (await Count("name", new[] { "b", "x\"y" }, ColumnKind.Text)).ShouldBe(1);
        await using (var work = store.Units.Create(new InboxKey(Guid.NewGuid(), Guid.NewGuid())))
        {
            await work.CommitAsync(Ct);
        }

        var ids = await store.Units.QueryAsync(
            new Statement($"SELECT message_id FROM {store.Sql.Table("inbox")}"),
            r => store.Sql.ReadGuid(r, 0),
            Ct
        );
        (
            await store.Units.QueryAsync(
                new Statement(
                    $"SELECT 1 FROM {store.Sql.Table("inbox")} WHERE {store.Sql.AnyOf("message_id", "@ids")}",
                    ("ids", ids.ToArray(), ColumnKind.Uuid)
                ),
                r => r.GetInt32(0),
                Ct
            )
        ).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_DbContext_can_take_part_in_the_transaction()
    {
        await using var store = await StoreAsync();
        async Task Write(bool commit)
        {
            await using var work = store.Units.Create(new InboxKey(Guid.NewGuid(), Guid.NewGuid()));
            var transaction = await work.GetTransactionAsync(Ct);
            await using var context = (MessagingDbContext)store.Get<SchemaModule>().CreateContext(store.Get<StoreDatabase>());
            context.Database.SetDbConnection(transaction.Connection);
            await context.Database.UseTransactionAsync(transaction, Ct);
            context.Redeliveries.Add(
                new RedeliveryRecord
                {
                    ConsumerId = Guid.NewGuid(),
                    MessageId = Guid.NewGuid(),
                    Count = 3,
                    At = DateTimeOffset.UnixEpoch,
                }
            );
            await context.SaveChangesAsync(Ct);
            work.Execute(store.Effect("a"));
            if (commit)
            {
                await work.CommitAsync(Ct);
            }
        }

        await Write(commit: false);
        (await store.CountAsync("redelivery")).ShouldBe(0);
        await Write(commit: true);
        (await store.CountAsync("redelivery")).ShouldBe(1);
        (await store.CountAsync("inbox")).ShouldBe(1);
        (await store.EffectsAsync("a")).ShouldBe(1);
    }

    [Fact]
    public async Task A_transaction_that_foreign_code_has_broken_does_not_look_committed()
    {
        await using var store = await StoreAsync();
        await using var work = store.Units.Create(new InboxKey(Guid.NewGuid(), Guid.NewGuid()));
        var transaction = await work.GetTransactionAsync(Ct);
        await using (var command = transaction.Connection!.CreateCommand())
        {
            command.Transaction = transaction;
            command.CommandText = "INSERT INTO no_such_table VALUES (1)";
            await Should.ThrowAsync<System.Data.Common.DbException>(() => command.ExecuteNonQueryAsync(Ct));
        }

        if (store.Sql.IsEmbedded)
        {
            // SQLite undoes the statement alone: the transaction is whole.
            await work.CommitAsync(Ct);
            (await store.CountAsync("inbox")).ShouldBe(1);
        }
        else
        {
            await Should.ThrowAsync<System.Data.Common.DbException>(() => work.CommitAsync(Ct));
            (await store.CountAsync("inbox")).ShouldBe(0);
        }
    }
}
