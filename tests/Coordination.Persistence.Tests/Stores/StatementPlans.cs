using System.Text.RegularExpressions;
using Coordination.Size;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Coordination.Persistence.Tests;

/// <summary>
/// The plans of the statements as the store runs them, on tables of 200,000 rows: what reads a whole table there takes seconds on twenty million.
/// bench/size.sh measures the times.
/// </summary>
[Trait("needs", "servers"), Trait("req", "OBX-05")]
public sealed class On_large_tables_on_PostgreSQL
{
    private const long Rows = 200_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_statement_of_the_outbox_reads_the_whole_table_whatever_the_backlog_is()
    {
        var (database, plans) = (await PostgresStores.NewDatabaseAsync(), new PlanLog());
        await using (await PostgresStores.StartAsync(null, database)) { }
        await using var source = NpgsqlDataSource.Create(database);
        await using var store = await OpenAsync(database, plans);
        var outbox = store.Get<IOutboxStore>();
        Shape[] shapes = [Shape.FutureTimers, Shape.HandedOver, Shape.Due, Shape.DueGroups, Shape.StuckGroup, Shape.LongGroup];
        var looked = 0;
        foreach (var shape in shapes)
        {
            await Preload.OutboxAsync(source, shape, shape == Shape.FutureTimers ? Rows : Rows / 10, _ => { }, Ct);
            for (var turn = 0; turn < 8; turn++)
            {
                var rows = await outbox.ClaimDueAsync(200, TimeSpan.FromSeconds(20), Ct);
                await outbox.NextDueAsync(Ct);
                await outbox.FiguresAsync(Ct);
                await outbox.HasOlderAsync(Guid.NewGuid(), long.MaxValue, Ct);
                long[] ids = [.. rows.Select(row => row.Id)];
                await outbox.PostponeAsync([.. ids.Take(20)], "away", TimeSpan.FromSeconds(1), counts: false, Ct);
                await outbox.DeleteAsync([.. ids.Skip(20)], Ct);
                foreach (var statement in plans.Take())
                {
                    looked++;
                    statement.Plan.ShouldNotContain("Seq Scan on outbox", customMessage: shape.Name);
                    MostRows(statement.Plan).ShouldBeLessThan(20_000, $"{shape.Name}: {statement.Plan}");
                }
            }
        }

        looked.ShouldBeGreaterThan(shapes.Length * 8 * 5);
        var figures = await outbox.FiguresAsync(Ct);
        figures.Backlog.ShouldBeGreaterThan(OutboxFiguresQuery.Exact);
        ((double)figures.Timers).ShouldBeInRange(Rows * 0.9, Rows * 1.1);
    }

    [Fact]
    public async Task A_message_is_looked_up_in_one_partition_of_the_inbox_and_a_day_is_emptied_without_reading_it()
    {
        var (database, plans) = (await PostgresStores.NewDatabaseAsync(), new PlanLog());
        await using (await PostgresStores.StartAsync(null, database)) { }
        await using (var source = NpgsqlDataSource.Create(database))
        {
            await Preload.InboxAsync(source, Rows, _ => { }, Ct);
            await using var analyze = source.CreateCommand("ANALYZE coordination.inbox");
            await analyze.ExecuteNonQueryAsync(Ct);
        }

        await using var store = await OpenAsync(database, plans);
        store.Get<RetentionOptions>().BatchSize = 1_000;
        await using (var work = store.Units.Create(new InboxKey(Guid.NewGuid(), Guid.CreateVersion7())))
        {
            await work.CommitAsync(Ct);
        }

        foreach (var statement in plans.Take())
        {
            statement.Plan.ShouldNotContain("Scan on inbox");
        }

        (await store.Get<RetentionSweep>().SweepAsync(Ct)).ShouldBeGreaterThan(Rows / 40);
        var sweep = plans.Take();
        sweep.ShouldContain(statement => statement.Plan.Contains("empty_inbox_bucket", StringComparison.Ordinal));
        sweep.Max(statement => MostRows(statement.Plan)).ShouldBeLessThan(2_000);
        (await store.CountAsync("inbox")).ShouldBe((Rows / 30 * 30) + 1);
    }

    /// <summary>The most rows a node of the plan gave out or looked at in vain.</summary>
    private static long MostRows(string plan) =>
        Regex
            .Matches(
                plan,
                @"(\(actual rows=|Rows Removed by Filter: )(?<rows>[0-9]+)",
                RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
            )
            .Select(rows => long.Parse(rows.Groups["rows"].Value))
            .DefaultIfEmpty(0)
            .Max();

    private static Task<StoreFixture> OpenAsync(string database, PlanLog plans) =>
        PostgresStores.StartAsync(
            null,
            PlanLog.Explaining(database),
            migrate: false,
            options =>
                options.ConfigureDataSource = source =>
                    source.UseLoggerFactory(LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(plans)))
        );
}
