using Coordination.Bench;
using Coordination.Bench.Load;
using Coordination.Bench.Measuring;
using Coordination.Persistence;
using Coordination.Testing;
using Npgsql;

namespace Coordination.Size;

/// <summary>The benchmark's effect workload, 64 in flight, on an empty and on the filled database in turn.</summary>
internal sealed class Throughput(RabbitServer rabbit, PostgresServer postgres, SizeOptions options)
{
    private const string Contender = "ours";
    private const int InFlight = 64;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(60);

    public async Task<IReadOnlyList<Figure>> MeasureAsync(string filled, Action<string> progress, CancellationToken ct)
    {
        var (onEmpty, onFilled) = (new List<Sample>(), new List<Sample>());
        for (var round = 1; round <= options.Rounds; round++)
        {
            // Each goes first in turn, so that none always meets a warmer machine.
            foreach (var full in round % 2 == 0 ? new[] { false, true } : [true, false])
            {
                progress($"throughput, round {round} of {options.Rounds}, {(full ? "filled" : "empty")}");
                var database = full ? filled : await EmptyAsync(ct);
                (full ? onFilled : onEmpty).Add(await RunAsync(database, ct));
            }
        }

        var ratio = Median(onFilled, w => w.PerSecond) / Median(onEmpty, w => w.PerSecond);
        return
        [
            Line("effects a second, empty", onEmpty, w => w.PerSecond, "0", "lowest", lowest: true),
            Line("effects a second, filled", onFilled, w => w.PerSecond, "0", "lowest", lowest: true),
            new Figure("filled / empty", $"{ratio:0.00}", "", ratio >= 0.9),
            Line("p50 ms, empty", onEmpty, w => w.P50Ms, "0.0", "highest", lowest: false),
            Line("p50 ms, filled", onFilled, w => w.P50Ms, "0.0", "highest", lowest: false),
            Line("p99 ms, empty", onEmpty, w => w.P99Ms, "0.0", "highest", lowest: false),
            Line("p99 ms, filled", onFilled, w => w.P99Ms, "0.0", "highest", lowest: false),
            Line("PostgreSQL CPU ms an effect, empty", onEmpty, w => w.DatabaseCpuMs ?? double.NaN, "0.000", "highest", lowest: false),
            Line("PostgreSQL CPU ms an effect, filled", onFilled, w => w.DatabaseCpuMs ?? double.NaN, "0.000", "highest", lowest: false),
        ];
    }

    private async Task<string> EmptyAsync(CancellationToken ct)
    {
        var database = await postgres.NewDatabaseAsync(ct: ct);
        await using var store = Installation.Open(database);
        await store.Get<SchemaMigrator>().MigrateAsync(cancellationToken: ct);
        return database;
    }

    private async Task<Sample> RunAsync(string connectionString, CancellationToken ct)
    {
        var broker = await rabbit.NewVirtualHostAsync(ct);
        var database = new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 100 }.ConnectionString;
        await using (var source = NpgsqlDataSource.Create(database))
        {
            foreach (var sql in new[] { "drop table if exists effect, coordination.five_steps", "checkpoint" })
            {
                await using var command = source.CreateCommand(sql);
                await command.ExecuteNonQueryAsync(ct);
            }
            await BusinessTable.CreateAsync(source, ct);
        }

        await using var worker = await WorkerProcess.StartAsync(
            new WorkerSettings(Contender, Workload.Effect, broker, database),
            profiled: false,
            ct
        );
        await using var counters = NpgsqlDataSource.Create(database);
        var meters = await Meters.OpenAsync(rabbit, postgres, counters, worker, ct);
        await using var loop = await ClosedLoop.OpenAsync(broker, Contenders.All[Contender].Format(Workload.Effect), ct);
        await loop.FeedAsync(InFlight);
        await Task.Delay(WarmUp, ct);
        var sample = await meters.MeasureAsync(loop, options.Window, profiled: false, ct);
        worker.ThrowIfEnded();
        if (sample.Count == 0 || !await loop.DrainAsync(DrainLimit, ct))
            throw new VoidResultException($"{loop.InFlight} of {loop.Sent} messages had no end.");
        return sample;
    }

    private static double Median(List<Sample> windows, Func<Sample, double> value)
    {
        var sorted = windows.Select(value).Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private static Figure Line(string what, List<Sample> windows, Func<Sample, double> value, string format, string worst, bool lowest) =>
        new(
            what,
            Median(windows, value).ToString(format, System.Globalization.CultureInfo.InvariantCulture),
            $"{worst} {(lowest ? windows.Min(value) : windows.Max(value)).ToString(format, System.Globalization.CultureInfo.InvariantCulture)}",
            null
        );
}
