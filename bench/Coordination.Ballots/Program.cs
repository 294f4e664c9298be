using System.Globalization;
using Coordination.Ballots;
using Coordination.Bench.Measuring;
using Coordination.Bench.Report;
using Coordination.Persistence;
using Coordination.Sagas.Consensus;
using Coordination.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

if (args.Contains("--help"))
{
    Console.WriteLine(
        """
        Measures ballots of five instant voters, from the request to the decision as others hear of it, beside one durable hop: a message that is committed,
        sent through the broker, and handled in a transaction of its own. Starts its own RabbitMQ and PostgreSQL; nothing is handed over inside the process.

          bench/ballots.sh [--rounds N]     interleaved rounds, 1 to 20; 5 where nothing is said
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
    await Console.Error.WriteLineAsync("Usage: bench/ballots.sh [--rounds 1..20]");
    return 2;
}

int[] inFlight = [1, 16, 64];
QuorumKind?[] ways = [null, QuorumKind.Majority, QuorumKind.Unanimity];
var output = Console.Out;
Console.SetOut(Console.Error);
await using var rabbit = await TestServers.StartDedicatedRabbitAsync(CancellationToken.None, hostNetwork: true);
await using var postgres = await TestServers.StartDedicatedPostgresAsync(CancellationToken.None, durable: true, hostNetwork: true);
var connection = await postgres.NewDatabaseAsync();
var heard = new Heard();
var builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders();
builder.Services.Configure<OutboxOptions>(outbox => outbox.HandOver = false);
builder.Services.AddCoordination(backbone =>
{
    backbone.UseRabbitMq(rabbit.Amqp.ToString()).UsePostgres(connection).AddConsensus(Electorate.Policies);
    backbone.AddEndpoint(Hop.Endpoint, (_, endpoint) => endpoint.Consumer(() => new Hop(heard)), 64);
});
Electorate.AddVoters(builder.Services);
builder.Services.AddRunClient();
using var host = builder.Build();
await host.Services.GetRequiredService<SchemaMigrator>().MigrateAsync();
await host.StartAsync();
await using var decisions = await Decisions.ListenAsync(rabbit.Amqp, heard);
var load = new Load(host.Services, heard);
var figures = new Dictionary<(QuorumKind? Rule, int InFlight), List<Sample>>();

// Compiled and warm before anything counts.
await load.RunAsync(QuorumKind.Unanimity, 16, 20);
await load.RunAsync(null, 16, 100);
for (var round = 0; round < rounds; round++)
{
    foreach (var many in inFlight)
    {
        foreach (var rule in round % 2 == 0 ? ways : [.. ways.Reverse()])
        {
            if (!figures.TryGetValue((rule, many), out var list))
            {
                figures.Add((rule, many), list = []);
            }

            list.Add(await load.RunAsync(rule, many, many == 1 ? 150 : 1_600 / many));
            await Console.Error.WriteLineAsync($"round {round + 1}/{rounds}: {Name(rule)} x {many}");
        }
    }
}

var table = new MarkdownTable("in flight>", "what", "per s>", "p50 ms>", "p99 ms>", "p50 in hops>", "p99 in hops>");
foreach (var many in inFlight)
{
    foreach (var rule in ways)
    {
        string Show(Func<Sample, double> of, string format) => Median(rule, many, of).ToString(format, CultureInfo.InvariantCulture);
        string InHops(Func<Sample, double> of) =>
            (Median(rule, many, of) / Median(null, many, of)).ToString("0.0", CultureInfo.InvariantCulture);
        table.Add(
            $"{many}",
            Name(rule),
            Show(s => s.Rate, "#,0"),
            Show(s => s.P50, "0.0"),
            Show(s => s.P99, "0.0"),
            InHops(s => s.P50),
            InHops(s => s.P99)
        );
    }
}

await output.WriteAsync(table.ToString());
await host.StopAsync();
return 0;

static string Name(QuorumKind? rule) =>
    rule switch
    {
        null => "durable hop",
        QuorumKind.Majority => "5 voters, majority",
        _ => "5 voters, all of them",
    };

double Median(QuorumKind? rule, int many, Func<Sample, double> of) => Percentile.Median(figures[(rule, many)].Select(of));
