using Coordination.Monitor.Bench.Api;
using Coordination.Persistence;
using Coordination.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Coordination.Monitor.Tests.Projection;

/// <summary>The list over a PostgreSQL of its own, kept by hand, with rows of runs that no saga moves.</summary>
[Trait("needs", "servers"), Trait("req", "OPS-01")]
public sealed class When_the_list_is_kept : IAsyncLifetime
{
    private static readonly SqlDialect Dialect = new PostgresDialect(false);
    private NpgsqlDataSource database = null!;
    private NpgsqlDataSource pool = null!;
    private string connection = "";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var name = await (await TestServers.Postgres(Stop)).NewDatabaseAsync(ct: Stop);
        var services = new ServiceCollection();
        services.AddLogging().AddPostgresStore(store => store.ConnectionString = name).AddMonitorSchema();
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<SchemaMigrator>().MigrateAsync(cancellationToken: Stop);
        connection = name;
        database = NpgsqlDataSource.Create(name);
        pool = PostgresLink.Pool(new PostgresStoreOptions { ConnectionString = name });
    }

    public async ValueTask DisposeAsync()
    {
        await pool.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task All_runs_that_were_there_before_are_listed_and_counted_even_if_it_was_interrupted()
    {
        await SeedAsync(1_300);
        await using (var link = await OpenAsync())
        {
            var first = new RunList(link);
            (await first.OpenAsync(Stop)).ShouldBeTrue();
            (await first.FillAsync(Stop)).ShouldBeTrue();
            (await NumberAsync("SELECT count(*) FROM coordination.monitor_run")).ShouldBe(RunList.Batch);
        }
        await using var again = await OpenAsync();
        var list = new RunList(again);
        (await list.OpenAsync(Stop)).ShouldBeFalse();
        var batches = 0;
        while (await list.FillAsync(Stop))
            batches++;
        batches.ShouldBe(2);
        await CountsAreTrueAsync();
        (await NumberAsync("SELECT count(*) FROM coordination.monitor_run")).ShouldBe(1_300);
    }

    [Fact]
    public async Task What_is_committed_late_is_not_passed_over()
    {
        await SeedAsync(3);
        await using var link = await OpenAsync();
        var list = new RunList(link);
        await list.OpenAsync(Stop);
        while (await list.FillAsync(Stop)) { }
        var runs = await RunsAsync();
        await using var slow = await database.OpenConnectionAsync(Stop);
        await using var transaction = await slow.BeginTransactionAsync(Stop);
        await EndAsync(slow, runs[0]);
        await using (var quick = await database.OpenConnectionAsync(Stop))
            await EndAsync(quick, runs[1]);
        // The slow one holds up the position, not the list.
        await list.FollowAsync(Stop);
        (await StatusAsync(runs[1])).ShouldBe("expired");
        (await StatusAsync(runs[0])).ShouldNotBe("expired");
        (await list.FollowAsync(Stop)).ShouldBe(0);
        await transaction.CommitAsync(Stop);
        (await list.FollowAsync(Stop)).ShouldBe(1);
        (await StatusAsync(runs[0])).ShouldBe("expired");
        await CountsAreTrueAsync();
    }

    [Fact]
    public async Task A_run_that_retention_removed_leaves_the_list_and_the_counts()
    {
        await SeedAsync(40);
        await using var link = await OpenAsync();
        var list = new RunList(link);
        await list.OpenAsync(Stop);
        while (await list.FillAsync(Stop)) { }
        await ExecuteAsync(
            "DELETE FROM coordination.run_history WHERE run_id IN (SELECT run_id FROM coordination.run WHERE ended_at IS NOT NULL ORDER BY accepted_at LIMIT 9)"
        );
        await ExecuteAsync(
            "DELETE FROM coordination.run WHERE run_id IN (SELECT run_id FROM coordination.run WHERE ended_at IS NOT NULL ORDER BY accepted_at LIMIT 9)"
        );
        (await list.SweepAsync(Stop)).ShouldBe(9);
        (await NumberAsync("SELECT count(*) FROM coordination.monitor_run")).ShouldBe(31);
        await CountsAreTrueAsync();
    }

    [Fact]
    public async Task One_process_keeps_it_and_another_takes_over()
    {
        await using var other = PostgresLink.Pool(new PostgresStoreOptions { ConnectionString = connection });
        var first = await OpenAsync();
        (await PostgresLink.TryOpenAsync(other, Dialect, Stop)).ShouldBeNull();
        await first.DisposeAsync();
        await using var second = await PostgresLink.TryOpenAsync(other, Dialect, Stop);
        second.ShouldNotBeNull();
    }

    [Fact]
    public async Task After_a_move_to_another_server_it_begins_anew()
    {
        await SeedAsync(5);
        await using var link = await OpenAsync();
        var list = new RunList(link);
        await list.OpenAsync(Stop);
        while (await list.FillAsync(Stop)) { }
        await list.FollowAsync(Stop);
        await ExecuteAsync("UPDATE coordination.monitor_projection SET position = 1000000000000");
        var moved = new RunList(link);
        (await moved.OpenAsync(Stop)).ShouldBeTrue();
        while (await moved.FillAsync(Stop)) { }
        await CountsAreTrueAsync();
    }

    [Fact]
    public async Task Versions_rise_over_restarts()
    {
        await SeedAsync(5);
        await using var link = await OpenAsync();
        var list = new RunList(link);
        await list.OpenAsync(Stop);
        while (await list.FillAsync(Stop)) { }
        var before = await NumberAsync("SELECT max(version) FROM coordination.monitor_run");
        var again = new RunList(link);
        await again.OpenAsync(Stop);
        await again.MarkAsync(new Dictionary<Guid, string?> { [(await RunsAsync())[0]] = "no reason at all" }, Stop);
        (await NumberAsync("SELECT max(version) FROM coordination.monitor_run")).ShouldBeGreaterThan(before + 5_000);
    }

    private async Task<PostgresLink> OpenAsync() =>
        await PostgresLink.TryOpenAsync(pool, Dialect, Stop) ?? throw new InvalidOperationException("Somebody else keeps the list.");

    private async Task SeedAsync(long runs)
    {
        await ExecuteAsync(SeedSql.Runs, 0, runs, runs);
        await ExecuteAsync(SeedSql.History);
    }

    private async Task CountsAreTrueAsync() =>
        (
            await NumberAsync(
                "SELECT count(*) FROM (SELECT lower(status) AS status, count(*) AS runs FROM coordination.run GROUP BY status) r "
                    + "FULL JOIN (SELECT status, runs FROM coordination.monitor_count WHERE runs <> 0) c USING (status, runs) WHERE r.status IS NULL OR c.status IS NULL"
            )
        ).ShouldBe(0);

    private static async Task EndAsync(NpgsqlConnection session, Guid run)
    {
        foreach (
            var text in new[]
            {
                "UPDATE coordination.run SET status = 'Expired', ended_at = now() WHERE run_id = $1",
                "INSERT INTO coordination.run_history (run_id, seq, at, type, message_id) VALUES ($1, 9, now(), 'ended', gen_random_uuid())",
            }
        )
        {
            await using var command = new NpgsqlCommand(text, session);
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = run });
            await command.ExecuteNonQueryAsync(Stop);
        }
    }

    private async Task<IReadOnlyList<Guid>> RunsAsync()
    {
        await using var command = database.CreateCommand("SELECT array_agg(run_id ORDER BY accepted_at) FROM coordination.run");
        return (Guid[])(await command.ExecuteScalarAsync(Stop))!;
    }

    private async Task<string> StatusAsync(Guid run)
    {
        await using var command = database.CreateCommand("SELECT status FROM coordination.monitor_run WHERE run_id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = run });
        return (string)(await command.ExecuteScalarAsync(Stop))!;
    }

    private async Task<long> NumberAsync(string text)
    {
        await using var command = database.CreateCommand(text);
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }

    private async Task ExecuteAsync(string text, params long[] values)
    {
        await using var command = database.CreateCommand(text);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = value });
        await command.ExecuteNonQueryAsync(Stop);
    }
}
