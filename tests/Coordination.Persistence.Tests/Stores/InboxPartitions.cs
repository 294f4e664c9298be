using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace Coordination.Persistence.Tests;

/// <summary>The inbox on PostgreSQL: one partition a day, by the id.</summary>
[Trait("needs", "servers")]
public sealed class The_inbox_on_PostgreSQL
{
    private static readonly Guid Consumer = new("c0000000-0000-0000-0000-00000000000c");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Guid Made(int daysAgo) => Guid.CreateVersion7(TimeProvider.System.GetUtcNow().AddDays(-daysAgo));

    [Fact]
    public async Task The_database_puts_every_id_where_the_program_does()
    {
        await using var store = await PostgresStores.StartAsync(null);
        var ids = Enumerable
            .Range(0, 4_000)
            .Select(i =>
                (i % 4) switch
                {
                    0 => Made(i),
                    1 => new MassTransit.NewId(
                        (int)(TimeProvider.System.GetUtcNow().AddDays(-i).UtcTicks >> 32),
                        i * 7919,
                        i,
                        i * 31
                    ).ToGuid(),
                    2 => Guid.NewGuid(),
                    _ => new Guid(Enumerable.Range(0, 16).Select(b => (byte)((i * 37) + (b * 101))).ToArray()),
                }
            )
            .ToArray();
        var buckets = await store.Units.QueryAsync(
            new Statement(
                "SELECT coordination.inbox_bucket(i) FROM unnest(@ids) WITH ORDINALITY AS u(i, n) ORDER BY n",
                ("ids", ids, ColumnKind.Uuid)
            ),
            reader => reader.GetInt32(0),
            Ct
        );
        buckets.ShouldBe(ids.Select(InboxBucket.Of));
        buckets.Distinct().Count().ShouldBeGreaterThan(InboxBucket.Days / 2);
    }

    [Fact]
    public async Task Many_keys_at_once_return_the_new_ones_and_guarded_they_fail_when_one_is_known()
    {
        await using var store = await PostgresStores.StartAsync(null);
        var source = store.Get<NpgsqlDataSource>();
        var keys = Enumerable.Range(0, 50).Select(i => new InboxKey(Consumer, i % 2 == 0 ? Made(i) : Guid.NewGuid())).ToList();

        async Task<List<InboxKey>> Insert(IEnumerable<InboxKey> some, bool guarded)
        {
            await using var connection = await source.OpenConnectionAsync(Ct);
            await using var batch = new NpgsqlBatch(connection);
            batch.BatchCommands.Add(PostgresInbox.InsertMany([.. some], guarded));
            await using var reader = await batch.ExecuteReaderAsync(Ct);
            var fresh = new List<InboxKey>();
            while (await reader.ReadAsync(Ct))
            {
                if (!guarded)
                {
                    fresh.Add(new InboxKey(reader.GetGuid(0), reader.GetGuid(1)));
                }
            }

            return fresh;
        }

        (await Insert(keys.Take(30), guarded: false)).ShouldBe(keys.Take(30), ignoreOrder: true);
        (await Insert(keys.Skip(20).Take(20), guarded: false)).ShouldBe(keys.Skip(30).Take(10), ignoreOrder: true);
        var error = await Should.ThrowAsync<PostgresException>(() => Insert(keys.Skip(39), guarded: true));
        error.SqlState.ShouldBe(PostgresErrorCodes.DivisionByZero);
        (await store.CountAsync("inbox")).ShouldBe(40);
        await Insert(keys.Skip(40), guarded: true);
        await Insert([], guarded: true);
        (await store.CountAsync("inbox")).ShouldBe(50);
        var twice = new InboxKey(Consumer, Guid.CreateVersion7());
        await Should.ThrowAsync<PostgresException>(() => Insert([twice, twice], guarded: true));
    }

    [Fact, Trait("req", "OBX-02"), Trait("req", "OBX-05")]
    public async Task Messages_handled_before_the_migration_are_known_after_it()
    {
        await using var store = await PostgresStores.StartAsync(null, migrate: false);
        var messaging = store.All<SchemaModule>().Single(module => module.Name == SchemaModule.Messaging);
        await using (var context = messaging.CreateContext(store.Get<StoreDatabase>()))
        {
            await context.GetService<IMigrator>().MigrateAsync("Initial", Ct);
        }

        var user = "reader_" + Guid.NewGuid().ToString("N");
        await store.Units.ExecuteAsync(new Statement($"CREATE ROLE {user}"), Ct);
        await store.Units.ExecuteAsync(new Statement($"GRANT SELECT, DELETE ON coordination.inbox TO {user}"), Ct);
        Guid[] ids = [Made(0), Made(1), Made(29), Made(4_000), Guid.NewGuid(), MassTransit.NewId.NextGuid()];
        await store.Units.ExecuteAsync(
            new Statement(
                "INSERT INTO coordination.inbox (consumer_id, message_id, received_at) SELECT @consumer, i, now() FROM unnest(@ids) AS i",
                ("consumer", Consumer, ColumnKind.Uuid),
                ("ids", ids, ColumnKind.Uuid)
            ),
            Ct
        );

        await store.Get<SchemaMigrator>().MigrateAsync(null, Ct);
        foreach (var id in ids)
        {
            await using var again = store.Units.Create(new InboxKey(Consumer, id));
            (await again.BeginAsync(Ct)).ShouldBeFalse();
        }

        await using (var other = store.Units.Create(new InboxKey(Guid.NewGuid(), ids[0])))
        {
            (await other.BeginAsync(Ct)).ShouldBeTrue();
        }

        var rights = await store.Units.QueryAsync(
            new Statement(
                $"SELECT has_table_privilege('{user}', 'coordination.inbox', 'SELECT, DELETE'), to_regclass('coordination.inbox_before') IS NULL"
            ),
            reader => reader.GetBoolean(0) && reader.GetBoolean(1),
            Ct
        );
        rights.ShouldBe([true]);

        // And back.
        await using (var context = messaging.CreateContext(store.Get<StoreDatabase>()))
        {
            await context.GetService<IMigrator>().MigrateAsync("Initial", Ct);
        }

        (await store.CountAsync("inbox")).ShouldBe(ids.Length);
    }

    [Fact, Trait("req", "OBX-05")]
    public async Task A_day_past_its_time_is_emptied_at_once_and_what_was_received_late_is_kept()
    {
        await using var store = await PostgresStores.StartAsync(null);
        var late = new InboxKey(Consumer, Made(40));
        await FillAsync(store, daysAgo: 40, rows: 200);
        await FillAsync(store, daysAgo: 5, rows: 100);
        await using (var work = store.Units.Create(late))
        {
            await work.CommitAsync(Ct);
        }

        var options = store.Get<RetentionOptions>();
        (options.BatchSize, options.Pause) = (50, TimeSpan.Zero);
        var before = await FileOf(store, late.MessageId);
        await store.Get<RetentionSweep>().SweepAsync(Ct);
        (await store.CountAsync("inbox")).ShouldBe(101);
        (await FileOf(store, late.MessageId)).ShouldNotBe(before, "the day was not emptied but deleted row by row");
        await using var again = store.Units.Create(late);
        (await again.BeginAsync(Ct)).ShouldBeFalse();
    }

    [Fact, Trait("req", "OBX-05")]
    public async Task A_day_with_many_late_messages_waits_and_is_deleted_row_by_row_before_it_comes_round_again()
    {
        await using var store = await PostgresStores.StartAsync(null);
        var options = store.Get<RetentionOptions>();
        (options.BatchSize, options.Pause) = (50, TimeSpan.Zero);
        foreach (var daysAgo in new[] { 40, 60 })
        {
            await FillAsync(store, daysAgo, rows: 200);
            await FillAsync(store, daysAgo, rows: 60, received: "0 days");
        }

        (await store.Get<RetentionSweep>().SweepAsync(Ct)).ShouldBe(200);
        (await store.CountAsync("inbox")).ShouldBe(260 + 60);
    }

    [Fact, Trait("req", "OBX-05")]
    public async Task Emptying_a_day_waits_for_nobody_but_who_holds_that_day_and_stops_nobody_else()
    {
        await using var store = await PostgresStores.StartAsync(null);
        var options = store.Get<RetentionOptions>();
        (options.BatchSize, options.Pause) = (50, TimeSpan.Zero);
        await FillAsync(store, daysAgo: 40, rows: 200);

        // A handler of a message of today that takes its time.
        await using var slow = store.Units.Create(new InboxKey(Consumer, Made(0)));
        await slow.BeginAsync(Ct);
        await using (var old = store.Units.Create(new InboxKey(Consumer, Made(40))))
        {
            await old.BeginAsync(Ct);
            var sweep = store.Get<RetentionSweep>().SweepAsync(Ct);
            await using (var work = store.Units.Create(new InboxKey(Consumer, Made(0))))
            {
                await work.CommitAsync(Ct).WaitAsync(TimeSpan.FromSeconds(30), Ct);
            }

            await sweep;
            (await store.CountAsync("inbox")).ShouldBe(201);
        }

        await store.Get<RetentionSweep>().SweepAsync(Ct);
        await slow.CommitAsync(Ct);
        (await store.CountAsync("inbox")).ShouldBe(2);
    }

    [Fact]
    public async Task Only_who_may_delete_from_the_inbox_may_empty_a_day()
    {
        var database = await PostgresStores.NewDatabaseAsync();
        await using var owner = await PostgresStores.StartAsync(null, database);
        await FillAsync(owner, daysAgo: 40, rows: 20);
        foreach (var (right, allowed) in new[] { ("SELECT", false), ("SELECT, INSERT, UPDATE, DELETE", true) })
        {
            var user = "runtime_" + Guid.NewGuid().ToString("N");
            await owner.Units.ExecuteAsync(new Statement($"CREATE ROLE {user} LOGIN PASSWORD 'x'"), Ct);
            await owner.Units.ExecuteAsync(new Statement($"GRANT USAGE ON SCHEMA coordination TO {user}"), Ct);
            await owner.Units.ExecuteAsync(
                new Statement($"GRANT {right} ON coordination.inbox, coordination.redelivery, coordination.dead_letter TO {user}"),
                Ct
            );
            var settings = new NpgsqlConnectionStringBuilder(database) { Username = user, Password = "x" };
            await using var store = await PostgresStores.StartAsync(null, settings.ConnectionString, migrate: false);
            var options = store.Get<RetentionOptions>();
            options.BatchSize = 10;
            if (allowed)
            {
                await store.Get<RetentionSweep>().SweepAsync(Ct);
                (await store.CountAsync("inbox")).ShouldBe(0);
            }
            else
            {
                var call = new Statement(
                    "SELECT coordination.empty_inbox_bucket(@bucket, interval '0', 10)",
                    ("bucket", InboxBucket.Of(Made(40)), ColumnKind.Int32)
                );
                var error = await Should.ThrowAsync<PostgresException>(() => store.Units.QueryAsync(call, r => r.GetBoolean(0), Ct));
                error.SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
            }
        }
    }

    /// <summary>Rows of ids made some days ago and, unless said otherwise, received then.</summary>
    private static async Task FillAsync(StoreFixture store, int daysAgo, int rows, string? received = null)
    {
        var ids = Enumerable.Range(0, rows).Select(_ => Made(daysAgo)).ToArray();
        await store.Units.ExecuteAsync(
            new Statement(
                $"INSERT INTO coordination.inbox (bucket, consumer_id, message_id, received_at) "
                    + $"SELECT coordination.inbox_bucket(i), @consumer, i, now() - interval '{received ?? $"{daysAgo} days"}' FROM unnest(@ids) AS i",
                ("consumer", Consumer, ColumnKind.Uuid),
                ("ids", ids, ColumnKind.Uuid)
            ),
            Ct
        );
    }

    /// <summary>The file of an id's partition: a new one after TRUNCATE.</summary>
    private static async Task<string> FileOf(StoreFixture store, Guid id) =>
        (
            await store.Units.QueryAsync(
                new Statement($"SELECT pg_relation_filepath('coordination.inbox_day_{InboxBucket.Of(id):00}')"),
                reader => reader.GetString(0),
                Ct
            )
        )[0];
}
