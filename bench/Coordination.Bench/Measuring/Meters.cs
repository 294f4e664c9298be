using System.Diagnostics;
using Coordination.Testing;
using Npgsql;

namespace Coordination.Bench.Measuring;

/// <summary>Everything that is read before and after a window.</summary>
/// <param name="Database">Counters of the server.</param>
/// <param name="Cpu">Processor time of the three parties.</param>
/// <param name="ToDatabase">The contender's connections to the database.</param>
/// <param name="ToBroker">The contender's connections to the broker.</param>
/// <param name="Allocated">Bytes the contender has allocated.</param>
internal sealed record Reading(DatabaseCounters Database, CpuReading Cpu, Sockets? ToDatabase, Sockets? ToBroker, long Allocated);

internal sealed class Meters
{
    private readonly NpgsqlDataSource database;
    private readonly WorkerProcess worker;
    private readonly CpuClock cpu;
    private readonly int databasePort,
        brokerPort;

    private Meters(NpgsqlDataSource database, WorkerProcess worker, CpuClock cpu, int databasePort, int brokerPort)
    {
        this.database = database;
        this.worker = worker;
        this.cpu = cpu;
        this.databasePort = databasePort;
        this.brokerPort = brokerPort;
    }

    public static async Task<Meters> OpenAsync(
        RabbitServer rabbit,
        PostgresServer postgres,
        NpgsqlDataSource database,
        WorkerProcess worker,
        CancellationToken ct
    )
    {
        var clock = new CpuClock(worker.Id, await postgres.ProcessIdAsync(ct), await rabbit.ProcessIdAsync(ct));
        return new Meters(database, worker, clock, new NpgsqlConnectionStringBuilder(postgres.ConnectionString).Port, rabbit.Amqp.Port);
    }

    /// <summary>Measures for a while; the counts are divided by what the load generator saw completed.</summary>
    public async Task<Sample> MeasureAsync(Load.ClosedLoop loop, TimeSpan window, bool profiled, CancellationToken ct)
    {
        // Completions are taken and counters read in the same order both times, so that all of them span the same time.
        using var profile = profiled ? ClientProfile.Start(worker.Id, window) : null;
        loop.TakeLatencies();
        var clock = Stopwatch.StartNew();
        var before = await ReadAsync(ct);
        await Task.Delay(window, ct);
        var latencies = Sample.ToMilliseconds(loop.TakeLatencies());
        var seconds = clock.Elapsed.TotalSeconds;
        var after = await ReadAsync(ct);
        var used = after.Cpu.Since(before.Cpu);
        double count = Math.Max(latencies.Length, 1);
        var areas = profile is null ? null : await profile.EndAsync(ct);
        return new Sample
        {
            Contender = "",
            Workload = default,
            InFlight = 0,
            Round = 0,
            Seconds = seconds,
            Count = latencies.Length,
            P50Ms = Percentile.Of(latencies, 0.50),
            P95Ms = Percentile.Of(latencies, 0.95),
            P99Ms = Percentile.Of(latencies, 0.99),
            ClientCpuMs = used.Client * 1000 / count,
            DatabaseCpuMs = used.Database * 1000 / count,
            BrokerCpuMs = used.Broker * 1000 / count,
            OtherWork = used.Others / seconds / Environment.ProcessorCount,
            Commits = (after.Database.Transactions - before.Database.Transactions) / count,
            WalBytes = (after.Database.WalBytes - before.Database.WalBytes) / count,
            Fsyncs = (after.Database.Fsyncs - before.Database.Fsyncs) / count,
            RoundTrips = Since(before.ToDatabase, after.ToDatabase)?.Received / count,
            BrokerWrites = Since(before.ToBroker, after.ToBroker)?.Sent / count,
            AllocatedBytes = (after.Allocated - before.Allocated) / count,
            ClientAreasMs = areas?.ToDictionary(area => area.Key, area => area.Value / count, StringComparer.Ordinal),
        };
    }

    private static Segments? Since(Sockets? before, Sockets? after) => before is null ? null : after?.Since(before);

    private async Task<Reading> ReadAsync(CancellationToken ct)
    {
        var counters = await DatabaseCounters.ReadAsync(database, ct);
        var toDatabase = await Sockets.ReadAsync(worker.Id, databasePort, ct);
        var toBroker = await Sockets.ReadAsync(worker.Id, brokerPort, ct);
        return new Reading(counters, cpu.Read(), toDatabase, toBroker, await worker.AllocatedBytesAsync(ct));
    }
}
