using System.Diagnostics;
using Coordination.Bench.Load;
using Coordination.Bench.Measuring;
using Coordination.Testing;
using Npgsql;

namespace Coordination.Bench;

/// <summary>
/// One contender doing one workload, in a new database and a new virtual host: 1. start its process; 2. warm up; 3. for each
/// number in flight settle and measure a window; 4. let everything end; 5. count what was done. A wrong count makes it void.
/// </summary>
internal sealed class Trial(RabbitServer rabbit, PostgresServer postgres, BenchOptions options)
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(15);

    /// <exception cref="VoidResultException">Something was lost, doubled or left over.</exception>
    public async Task<IReadOnlyList<Sample>> RunAsync(string name, Workload workload, int round, CancellationToken ct)
    {
        var contender = Contenders.All[name];
        var broker = await rabbit.NewVirtualHostAsync(ct);
        var connectionString = new NpgsqlConnectionStringBuilder(await postgres.NewDatabaseAsync(ct: ct))
        {
            MaxPoolSize = 100,
            // As a program has it; the tests' pools shrink within seconds.
            ConnectionIdleLifetime = 300,
            ConnectionPruningInterval = 10,
        }.ConnectionString;
        await using var database = NpgsqlDataSource.Create(connectionString);
        await BusinessTable.CreateAsync(database, ct);
        var samples = new List<Sample>();
        int sent;
        await using (
            var worker = await WorkerProcess.StartAsync(new WorkerSettings(name, workload, broker, connectionString), options.Profile, ct)
        )
        {
            var meters = await Meters.OpenAsync(rabbit, postgres, database, worker, ct);
            await using var loop = await ClosedLoop.OpenAsync(broker, contender.Format(workload), ct);
            await WarmUpAsync(loop, worker, ct);
            foreach (var inFlight in options.InFlight(workload))
            {
                await loop.FeedAsync(inFlight);
                await Task.Delay(options.Settle, ct);
                samples.Add(
                    await MeasureAsync(meters, loop, ct) with
                    {
                        Contender = name,
                        Workload = workload,
                        InFlight = inFlight,
                        Round = round,
                    }
                );
                await DrainAsync(loop, worker, ct);
            }
            sent = loop.Sent;
            await CheckAsync(contender.Checks(workload), loop, database, ct);
        }
        await CleanUpAsync(broker, database, connectionString, ct);
        await Console.Error.WriteLineAsync($"  {workload.ToString().ToLowerInvariant()} {name}: {sent:N0} sent, every count is right");
        return samples;
    }

    // A window that other work disturbed is taken again; the least disturbed one counts.
    private async Task<Sample> MeasureAsync(Meters meters, ClosedLoop loop, CancellationToken ct)
    {
        var best = await meters.MeasureAsync(loop, options.Window, options.Profile, ct);
        for (var again = 0; best.IsDisturbed && again < options.Repeats; again++)
        {
            await Console.Error.WriteLineAsync($"  other work took {best.OtherWork:P0} of the processors: once more");
            var next = await meters.MeasureAsync(loop, options.Window, options.Profile, ct);
            if (next.OtherWork < best.OtherWork)
                best = next;
        }
        return best;
    }

    private async Task WarmUpAsync(ClosedLoop loop, WorkerProcess worker, CancellationToken ct)
    {
        await loop.FeedAsync(64);
        await Task.Delay(options.WarmUp, ct);
        await DrainAsync(loop, worker, ct);
    }

    private static async Task DrainAsync(ClosedLoop loop, WorkerProcess worker, CancellationToken ct)
    {
        worker.ThrowIfEnded();
        if (!await loop.DrainAsync(DrainLimit, ct))
            throw new VoidResultException($"{loop.InFlight} of {loop.Sent} had no end after {DrainLimit.TotalSeconds} s.");
    }

    private static async Task CheckAsync(IReadOnlyList<Check> checks, ClosedLoop loop, NpgsqlDataSource database, CancellationToken ct)
    {
        if (loop.Surplus > 0 || loop.Completed != loop.Sent)
            throw new VoidResultException($"{loop.Sent} were sent, {loop.Completed} completed, {loop.Surplus} follow-ups came twice.");
        foreach (var check in checks)
        {
            long expected = (long)check.PerUnit * loop.Sent,
                found = -1;
            // Deletes of outbox rows come a little after the message.
            for (var clock = Stopwatch.StartNew(); found != expected && clock.Elapsed < CheckLimit; await Task.Delay(50, ct))
            {
                await using var command = database.CreateCommand(check.Sql);
                found = (long)(await command.ExecuteScalarAsync(ct))!;
            }
            if (found != expected)
                throw new VoidResultException($"{check.What}: {found:N0}, expected {expected:N0} for {loop.Sent:N0} sent.");
        }
    }

    private async Task CleanUpAsync(Uri broker, NpgsqlDataSource database, string connectionString, CancellationToken ct)
    {
        await rabbit.Ctl("delete_vhost", broker.AbsolutePath.Trim('/'));
        database.Clear();
        await using var connection = new NpgsqlConnection(postgres.ConnectionString);
        await connection.OpenAsync(ct);
        var name = new NpgsqlConnectionStringBuilder(connectionString).Database;
        // The next contender starts with clean buffers and its own share of the log.
        foreach (var sql in new[] { $"drop database {name} with (force)", "checkpoint" })
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(ct);
        }
    }
}

/// <summary>The contender did not do what it promises; its figures mean nothing.</summary>
internal sealed class VoidResultException(string message) : Exception(message);
