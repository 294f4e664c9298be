using System.Diagnostics;
using Npgsql;

namespace Coordination.Monitor.Bench.Feeding;

/// <summary>Changes of recent runs at a rate, as the saga would write them: a new version of the row and an entry of the history. Some are of the newest forty, the rest of 50,000.</summary>
internal sealed class Changes : IAsyncDisposable
{
    private const int BatchesPerSecond = 4;

    private const string Choose = """
        CREATE TABLE IF NOT EXISTS bench_recent AS SELECT row_number() OVER (ORDER BY accepted_at DESC, run_id DESC)::int AS n, run_id FROM coordination.run ORDER BY accepted_at DESC LIMIT 50000
        """;

    // $1: the batch, $2: how many.
    private const string Change = """
        WITH chosen AS (
            SELECT DISTINCT run_id FROM bench_recent
            WHERE n IN (SELECT CASE WHEN i <= 6 THEN 1 + floor(random() * 40)::int ELSE 1 + floor(random() * 50000)::int END FROM generate_series(1, $2) i)
        ), changed AS (
            UPDATE coordination.run r SET version = version + 1, steps = CASE WHEN $1 % 2 = 0 THEN replace(steps, '"attempt":1', '"attempt":2') ELSE replace(steps, '"attempt":2', '"attempt":1') END
            FROM chosen WHERE r.run_id = chosen.run_id RETURNING r.run_id
        )
        INSERT INTO coordination.run_history (run_id, seq, at, type, step_id, attempt, message_id) SELECT run_id, $1, now(), 'step-retry', 'code', 1, gen_random_uuid() FROM changed
        """;

    private readonly CancellationTokenSource end = new();
    private readonly NpgsqlDataSource source;
    private Task writing = Task.CompletedTask;
    private long made;

    private Changes(NpgsqlDataSource source) => this.source = source;

    /// <summary>Changes committed so far.</summary>
    public long Made => Interlocked.Read(ref made);

    public static async Task<Changes> StartAsync(string database, int perSecond)
    {
        var changes = new Changes(NpgsqlDataSource.Create(database));
        await using (var choose = changes.source.CreateCommand(Choose))
            await choose.ExecuteNonQueryAsync();
        await using (var index = changes.source.CreateCommand("CREATE UNIQUE INDEX IF NOT EXISTS ix_bench_recent ON bench_recent (n)"))
            await index.ExecuteNonQueryAsync();
        await using var last = changes.source.CreateCommand(
            "SELECT coalesce(max(seq), 0) FROM coordination.run_history h JOIN bench_recent r ON r.run_id = h.run_id"
        );
        var batch = (int)(await last.ExecuteScalarAsync())! + 1;
        changes.writing = changes.WriteAsync(batch, perSecond / BatchesPerSecond);
        return changes;
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await writing;
        await source.DisposeAsync();
        end.Dispose();
    }

    private async Task WriteAsync(int batch, int count)
    {
        var clock = Stopwatch.StartNew();
        for (var turn = 1; !end.IsCancellationRequested; turn++, batch++)
        {
            await using var command = source.CreateCommand(Change);
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = batch });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
            Interlocked.Add(ref made, await command.ExecuteNonQueryAsync());
            var rest = TimeSpan.FromSeconds((double)turn / BatchesPerSecond) - clock.Elapsed;
            if (rest > TimeSpan.Zero)
                await Task.Delay(rest, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
