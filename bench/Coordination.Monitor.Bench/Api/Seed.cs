using System.Diagnostics;
using Npgsql;

namespace Coordination.Monitor.Bench.Api;

/// <summary>Fills the database, in pieces, once.</summary>
internal static class Seed
{
    private const long Piece = 50_000;

    public static async Task FillAsync(string database, long runs)
    {
        await using var source = NpgsqlDataSource.Create(database);
        if (await NumberAsync(source, "SELECT count(*) FROM coordination.run") >= runs)
            return;
        var clock = Stopwatch.StartNew();
        for (var at = 0L; at < runs; at += Piece)
            await ExecuteAsync(source, SeedSql.Runs, at, Math.Min(at + Piece, runs), runs);
        await ExecuteAsync(source, SeedSql.History);
        await ExecuteAsync(source, SeedSql.Journal);
        await ExecuteAsync(source, "VACUUM ANALYZE coordination.run, coordination.run_history, coordination.effect_journal");
        Console.Error.WriteLine($"seeded {runs:N0} runs in {clock.Elapsed.TotalSeconds:0} s");
    }

    public static async Task UntilListedAsync(string database, long runs)
    {
        await using var source = NpgsqlDataSource.Create(database);
        var clock = Stopwatch.StartNew();
        while (await NumberAsync(source, "SELECT coalesce(sum(runs), 0)::bigint FROM coordination.monitor_count") < runs)
            await Task.Delay(1_000);
        Console.Error.WriteLine($"all listed after {clock.Elapsed.TotalSeconds:0} s");
        await ExecuteAsync(source, "VACUUM ANALYZE coordination.monitor_run");
        Console.Error.WriteLine(
            $"list: {await NumberAsync(source, "SELECT pg_table_size('coordination.monitor_run')") / 1_000_000:N0} MB, indexes {await NumberAsync(source, "SELECT pg_indexes_size('coordination.monitor_run')") / 1_000_000:N0} MB"
        );
    }

    private static async Task<long> NumberAsync(NpgsqlDataSource source, string text)
    {
        await using var command = source.CreateCommand(text);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string text, params long[] values)
    {
        await using var command = source.CreateCommand(text);
        command.CommandTimeout = 0;
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = value });
        await command.ExecuteNonQueryAsync();
    }
}
