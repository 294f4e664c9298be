using System.Diagnostics;
using Coordination.Bench;
using Coordination.Bench.Report;
using Coordination.Persistence;
using Coordination.Size;
using Coordination.Testing;
using Npgsql;

if (args is [WorkerProcess.Argument])
    return await WorkerProcess.WorkAsync();
if (args is [IdleCost.Argument])
{
    await IdleCost.RunAsync();
    return 0;
}
if (args.Contains("--help"))
{
    Console.WriteLine(SizeOptions.Usage);
    return 0;
}
SizeOptions options;
try
{
    options = SizeOptions.Parse(args);
}
catch (FormatException e)
{
    await Console.Error.WriteLineAsync($"{e.Message}\n\n{SizeOptions.Usage}");
    return 2;
}

// Whatever libraries print is progress, too: standard output is the table's alone.
var output = Console.Out;
Console.SetOut(Console.Error);
using var ending = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = !ending.IsCancellationRequested;
    ending.Cancel();
};
var ct = ending.Token;
var clock = Stopwatch.StartNew();
void Progress(string what) => Console.Error.WriteLine($"{clock.Elapsed:mm\\:ss} {what}");
try
{
    Progress("starting RabbitMQ and PostgreSQL");
    await using var rabbit = await TestServers.StartDedicatedRabbitAsync(ct);
    await using var postgres = await TestServers.StartDedicatedPostgresAsync(ct, durable: true);
    await ConfigureAsync(postgres, ct);
    var machine = await Machine.DescribeAsync(rabbit, postgres, ct);

    var filled = await postgres.NewDatabaseAsync(ct: ct);
    var figures = new List<Figure>();
    await using (var source = NpgsqlDataSource.Create(filled))
    {
        await using (var store = Installation.Open(filled))
            await store.Get<SchemaMigrator>().MigrateAsync(cancellationToken: ct);
        await Preload.AllAsync(source, options.Rows, Progress, ct);
        await using var size = source.CreateCommand("SELECT pg_size_pretty(pg_database_size(current_database()))");
        figures.Add(
            new Figure(
                $"filled: {options.Rows:N0} rows each in inbox, history, outbox",
                (string)(await size.ExecuteScalarAsync(ct))!,
                "",
                null
            )
        );
        await using var statistics = source.CreateCommand("CREATE EXTENSION pg_stat_statements");
        await statistics.ExecuteNonQueryAsync(ct);
    }

    foreach (var part in SizeOptions.AllParts.Where(options.Parts.Contains))
    {
        figures.AddRange(
            part switch
            {
                "throughput" => await new Throughput(rabbit, postgres, options).MeasureAsync(filled, Progress, ct),
                "idle" => await IdleCost.MeasureAsync(rabbit, postgres, filled, Progress, ct),
                "retention" => await DayRetention.MeasureAsync(filled, Progress, ct),
                _ => await QueryTimes.MeasureAsync(filled, options.Rows, Progress, ct),
            }
        );
    }

    await output.WriteLineAsync(Report.Render(machine, figures));
    return figures.Any(figure => figure.Good == false) ? 1 : 0;
}
catch (OperationCanceledException) when (ending.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("stopped; the servers are removed");
    return 130;
}
catch (ServerUnavailableException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 3;
}

// A server with the memory of a small production machine; the defaults are those of a test.
static async Task ConfigureAsync(PostgresServer postgres, CancellationToken ct)
{
    await using (var connection = new NpgsqlConnection(postgres.ConnectionString))
    {
        await connection.OpenAsync(ct);
        foreach (
            var setting in new[]
            {
                "shared_buffers = '1GB'",
                "max_wal_size = '8GB'",
                "maintenance_work_mem = '512MB'",
                "shared_preload_libraries = 'pg_stat_statements'",
            }
        )
        {
            await using var command = new NpgsqlCommand("ALTER SYSTEM SET " + setting, connection);
            await command.ExecuteNonQueryAsync(ct);
        }
    }
    await postgres.StopAsync(ct);
    await postgres.StartAsync(ct);
    NpgsqlConnection.ClearAllPools();
}
