using Microsoft.EntityFrameworkCore;

namespace Coordination.Persistence.Tests;

/// <summary>Values in and out, and code that brings its own commands.</summary>
public abstract partial class UnitOfWorkConformance
{
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
