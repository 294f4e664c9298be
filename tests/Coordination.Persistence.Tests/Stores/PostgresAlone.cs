using Npgsql;

namespace Coordination.Persistence.Tests;

/// <summary>What holds for PostgreSQL alone: round trips, lost connections, users with few rights.</summary>
[Trait("needs", "servers")]
public sealed class On_PostgreSQL
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_unit_of_work_that_reads_nothing_is_one_round_trip_and_one_that_reads_is_two()
    {
        var database = await PostgresStores.NewDatabaseAsync();
        await using (await PostgresStores.StartAsync(null, database)) { }

        var settings = new NpgsqlConnectionStringBuilder(database);
        await using var counter = new RoundTripCounter(settings.Host!, settings.Port);
        (settings.Host, settings.Port) = ("127.0.0.1", counter.Port);
        await using var store = await PostgresStores.StartAsync(null, settings.ConnectionString, migrate: false);

        async Task Write()
        {
            await using var work = store.Units.Create(new InboxKey(Guid.NewGuid(), Guid.NewGuid()));
            work.Execute(store.Effect("a") with { MustAffect = "always" });
            work.Send(StoreFixture.Message() with { GroupId = Guid.NewGuid(), Ordered = true });
            work.Send(StoreFixture.Timer(Guid.NewGuid(), TimeSpan.FromHours(1)));
            work.CancelTimer(Guid.NewGuid());
            work.MoveTimer(Guid.NewGuid(), TimeSpan.FromHours(1));
            await work.CommitAsync(Ct);
        }

        async Task ReadAndWrite(bool begin)
        {
            await using var work = store.Units.Create(new InboxKey(Guid.NewGuid(), Guid.NewGuid()));
            if (begin)
            {
                (await work.BeginAsync(Ct)).ShouldBeTrue();
            }

            (await work.QueryAsync(new Statement("SELECT 7"), r => r.GetInt32(0), Ct)).ShouldBe([7]);
            work.Execute(store.Effect("a"));
            work.Send(StoreFixture.Message());
            await work.CommitAsync(Ct);
        }

        // The pool fills and statements are prepared.
        for (var i = 0; i < 3; i++)
        {
            await Write();
            await ReadAndWrite(begin: true);
            await ReadAndWrite(begin: false);
        }

        (await counter.CountAsync(Write)).ShouldBe(1);
        (await counter.CountAsync(() => ReadAndWrite(begin: false))).ShouldBe(2);
        (await counter.CountAsync(() => ReadAndWrite(begin: true))).ShouldBe(3);
        (await counter.CountAsync(async () => await store.Units.Create().DisposeAsync())).ShouldBe(0);
    }

    [Fact]
    public async Task A_commit_whose_outcome_is_unknown_throws_and_hands_nothing_to_the_relay()
    {
        await using var store = await PostgresStores.StartAsync(null);
        await using (var work = store.Units.Create())
        {
            work.Send(StoreFixture.Message());
            work.OnCommitted(() => throw new InvalidOperationException("must not run"));
            work.Execute(new Statement("SELECT pg_terminate_backend(pg_backend_pid())"));
            await Should.ThrowAsync<NpgsqlException>(() => work.CommitAsync(Ct));
        }

        store.Relay.Commits.ShouldBeEmpty();
        await using var next = store.Units.Create();
        next.Send(StoreFixture.Message());
        await next.CommitAsync(Ct);
        (await store.CountAsync("outbox")).ShouldBe(1);
    }

    [Fact]
    public async Task A_user_without_the_right_to_create_tables_can_do_all_work()
    {
        var database = await PostgresStores.NewDatabaseAsync();
        var user = "runtime_" + Guid.NewGuid().ToString("N");
        await using (var owner = await PostgresStores.StartAsync(null, database))
        {
            foreach (
                var text in new[]
                {
                    $"CREATE ROLE {user} LOGIN PASSWORD 'x'",
                    $"GRANT USAGE ON SCHEMA coordination TO {user}",
                    $"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA coordination TO {user}",
                }
            )
            {
                await owner.Units.ExecuteAsync(new Statement(text), Ct);
            }
        }

        var settings = new NpgsqlConnectionStringBuilder(database) { Username = user, Password = "x" };
        await using var store = await PostgresStores.StartAsync(TimeSpan.Zero, settings.ConnectionString, migrate: false);
        await store.Get<SchemaMigrator>().EnsureCurrentAsync(Ct);
        await using (var work = store.Units.Create(new InboxKey(Guid.NewGuid(), Guid.NewGuid())))
        {
            work.Execute(store.Effect("a"));
            work.Send(StoreFixture.Message());
            work.Send(StoreFixture.Timer(Guid.NewGuid(), TimeSpan.FromHours(1)));
            await work.CommitAsync(Ct);
        }

        var outbox = store.Get<IOutboxStore>();
        var row = (await outbox.ClaimDueAsync(10, TimeSpan.FromMinutes(1), Ct)).ShouldHaveSingleItem();
        await outbox.ParkAsync(row.Id, "X", "y", Ct);
        await store.Get<RetentionSweep>().SweepAsync(Ct);
        (await outbox.FiguresAsync(Ct)).ShouldBe(new OutboxFigures(0, 1, TimeSpan.Zero, 1));
    }

    [Fact]
    public async Task Claims_find_due_rows_by_the_index_however_many_timers_wait()
    {
        await using var store = await PostgresStores.StartAsync(TimeSpan.Zero);
        await store.Units.ExecuteAsync(
            new Statement(
                """
                INSERT INTO coordination.outbox (message_id, due_at, created_at, ordered, token, message_type, destination, endpoint, content_type, body, mandatory, attempts)
                SELECT gen_random_uuid(), now() + interval '1 day', now(), false, gen_random_uuid(), 't', 'd', 'd', 'c', '', true, 0 FROM generate_series(1, 20000)
                """
            ),
            Ct
        );
        await store.Units.ExecuteAsync(new Statement("ANALYZE coordination.outbox"), Ct);
        var plan = await store.Units.QueryAsync(
            new Statement(
                "EXPLAIN SELECT id FROM coordination.outbox WHERE due_at <= (SELECT clock_timestamp()) ORDER BY due_at, id LIMIT 100"
            ),
            reader => reader.GetString(0),
            Ct
        );
        string.Join('\n', plan).ShouldContain("Index Cond: (due_at <=");
        (await store.Get<IOutboxStore>().ClaimDueAsync(100, TimeSpan.FromMinutes(1), Ct)).ShouldBeEmpty();
    }
}

/// <summary>PostgreSQL with the in-memory transport: rows are settled by their receivers.</summary>
[Trait("needs", "servers")]
public sealed class Embedded_on_PostgreSQL : EmbeddedConformance
{
    private protected override Task<StoreFixture> StoreAsync() =>
        PostgresStores.StartAsync(null, configure: options => options.Embedded = true);
}
