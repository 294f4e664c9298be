using System.Diagnostics;
using System.Globalization;
using Coordination.Bench.Measuring;
using Coordination.Bench.Report;
using Coordination.Journal;
using Coordination.Persistence;
using Coordination.Testing;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

if (args.Contains("--help"))
{
    Console.WriteLine(
        """
        Measures what the journal adds to an effect: round trips, fsyncs, bytes of write-ahead log, time. Starts its own RabbitMQ and PostgreSQL.

          bench/journal.sh [--rounds N]     interleaved rounds, 1 to 20; 5 where nothing is said

        The call itself takes a millisecond. "raw" is a row written by hand before and after it, each in a commit of its own.
        """
    );
    return 0;
}

var rounds =
    args is ["--rounds", var text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n is >= 1 and <= 20
        ? n
    : args.Length == 0 ? 5
    : 0;
if (rounds == 0)
{
    await Console.Error.WriteLineAsync("Usage: bench/journal.sh [--rounds 1..20]");
    return 2;
}

int[] inFlight = [1, 16, 64];
var output = Console.Out;
Console.SetOut(Console.Error);
await using var rabbit = await TestServers.StartDedicatedRabbitAsync(CancellationToken.None, hostNetwork: true);
await using var postgres = await TestServers.StartDedicatedPostgresAsync(CancellationToken.None, durable: true, hostNetwork: true);
var connection = await postgres.NewDatabaseAsync();
await using var database = NpgsqlDataSource.Create(connection);
var builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders();
var watches = new Stopwatches();
builder.Services.AddSingleton(watches);
builder.Services.AddSingleton(database);
builder.Services.AddCoordination(backbone =>
    backbone.UseRabbitMq(rabbit.Amqp.ToString()).UsePostgres(connection).AddRuns(runs => runs.AgentTypes.Add("effects"))
);
builder.Services.AddAgent<EffectsAgent>("effects", agent => agent.Concurrency = 64);
using var host = builder.Build();
await host.Services.GetRequiredService<SchemaMigrator>().MigrateAsync();
await using (
    var create = database.CreateCommand(
        "CREATE TABLE raw_effect (run_id uuid, i int, args text, at timestamptz, result text, ended_at timestamptz, PRIMARY KEY (run_id, i))"
    )
)
{
    await create.ExecuteNonQueryAsync();
}

await host.StartAsync();
var client = host.Services.GetRequiredService<RunClient>();
var figures = new Dictionary<(Way Way, int InFlight), List<Measured>>();

// Compiled and warm before anything counts.
foreach (var way in Enum.GetValues<Way>())
{
    await MeasureAsync(way, 16, 200);
}

for (var round = 0; round < rounds; round++)
{
    foreach (var many in inFlight)
    {
        foreach (var way in Enum.GetValues<Way>().OrderBy(way => ((int)way + round) % 4))
        {
            if (!figures.TryGetValue((way, many), out var list))
            {
                figures.Add((way, many), list = []);
            }

            list.Add(await MeasureAsync(way, many, many == 1 ? 400 : 4_800 / many));
            await Console.Error.WriteLineAsync($"round {round + 1}/{rounds}: {way} x {many}");
        }
    }
}

var table = new MarkdownTable("in flight>", "way", "effects/s>", "x raw>", "p50 ms>", "p99 ms>", "commits>", "fsyncs>", "WAL bytes>");
foreach (var many in inFlight)
{
    var raw = Median(many, Way.Raw, m => m.Rate);
    foreach (var way in Enum.GetValues<Way>())
    {
        string Show(Func<Measured, double> of, string format) => Median(many, way, of).ToString(format, CultureInfo.InvariantCulture);
        table.Add(
            $"{many}",
            way.ToString().ToLowerInvariant(),
            Show(m => m.Rate, "#,0"),
            (Median(many, way, m => m.Rate) / raw).ToString("0.00", CultureInfo.InvariantCulture),
            Show(m => m.P50, "0.00"),
            Show(m => m.P99, "0.00"),
            Show(m => m.Commits, "0.00"),
            Show(m => m.Fsyncs, "0.00"),
            Show(m => m.Wal, "#,0")
        );
    }
}

await output.WriteAsync(table.ToString());
await host.StopAsync();
return 0;

double Median(int many, Way way, Func<Measured, double> of) => Percentile.Median(figures[(way, many)].Select(of));

async Task<Measured> MeasureAsync(Way way, int many, int effects)
{
    watches.All = [];
    // Flushes are reported up to a second late.
    await Task.Delay(TimeSpan.FromSeconds(1.2));
    var before = await DatabaseCounters.ReadAsync(database, CancellationToken.None);
    var runs = await Task.WhenAll(
        Enumerable
            .Range(0, many)
            .Select(_ => client.SubmitAsync(Plan.Named("bench").Step("effects", "effects", new Work(way, effects)).Build()))
    );
    foreach (var run in runs)
    {
        var info = await client.WaitAsync(run, TimeSpan.FromMinutes(5));
        if (info.Status != "completed")
        {
            throw new InvalidOperationException($"A run of {way} is {info.Status}: {info.Reason}.");
        }
    }

    await Task.Delay(TimeSpan.FromSeconds(1.2));
    var after = await DatabaseCounters.ReadAsync(database, CancellationToken.None);
    var all = watches.All.ToArray();
    double[] sorted = [.. all.Select(one => Stopwatch.GetElapsedTime(one.From, one.To).TotalMilliseconds).Order()];
    var wall = Stopwatch.GetElapsedTime(all.Min(one => one.From), all.Max(one => one.To)).TotalSeconds;
    return new Measured(
        all.Length / wall,
        Percentile.Of(sorted, 0.5),
        Percentile.Of(sorted, 0.99),
        (after.Transactions - before.Transactions) / (double)all.Length,
        (after.Fsyncs - before.Fsyncs) / (double)all.Length,
        (after.WalBytes - before.WalBytes) / (double)all.Length
    );
}
