using System.Globalization;
using Coordination.Monitor.Bench;
using Coordination.Monitor.Bench.Api;
using Coordination.Monitor.Bench.Load;
using Coordination.Monitor.Bench.Page;
using Coordination.Monitor.Bench.Report;
using Coordination.Testing;

const string Help = """
    Measures the monitor against its budgets. Needs Chromium and Node.js 20; starts its own RabbitMQ and PostgreSQL and removes them.

      bench/monitor.sh [PART...] [options]

      api      first pages of 67 filters, counts and facets of many runs
      page     size of the JavaScript, first paint, long lists, live changes, 100 viewers, restart
      load     throughput of runs while the monitor beside them is watched, killed, absent and started again
               Nothing named: all three.

      --runs N          runs in the database of api and page; 1,000,000. Filling it takes some minutes
      --rounds N        rounds of api and load; 5
      --seconds N       length of a window of load; 10
      --database TEXT   a PostgreSQL database for api and page that is kept, and not filled again

      COORDINATION_CHROMIUM names Chromium, COORDINATION_PROGRAM another build of `coordination` to measure.
    """;

var parts = args.TakeWhile(argument => !argument.StartsWith('-')).ToHashSet(StringComparer.Ordinal);
var options = new Dictionary<string, string>(StringComparer.Ordinal);
for (var at = parts.Count; at + 1 < args.Length; at += 2)
    options[args[at]] = args[at + 1];
if (
    args.Contains("--help")
    || parts.Except(["api", "page", "load"]).Any()
    || options.Keys.Except(["--runs", "--rounds", "--seconds", "--database"]).Any()
    || parts.Count + 2 * options.Count != args.Length
)
{
    Console.WriteLine(Help);
    return args.Contains("--help") ? 0 : 2;
}
if (parts.Count == 0)
    parts = ["api", "page", "load"];

var runs = Number("--runs", 1_000_000);
var rounds = (int)Number("--rounds", 5);
var output = Console.Out;
Console.SetOut(Console.Error);
var figures = new Figures(Console.Error);
await output.WriteLineAsync(Surroundings.Describe());
List<string> tables = [];
if (parts.Contains("api") || parts.Contains("page"))
{
    await using var postgres = options.ContainsKey("--database")
        ? null
        : await TestServers.StartDedicatedPostgresAsync(CancellationToken.None, durable: true, hostNetwork: true);
    var database = options.GetValueOrDefault("--database") ?? await postgres!.NewDatabaseAsync();
    await MonitorProcess.MigrateAsync(database);
    await Seed.FillAsync(database, runs);
    await using (var keeper = new MonitorProcess(database))
    {
        await keeper.StartAsync();
        await Seed.UntilListedAsync(database, runs);
    }
    if (parts.Contains("api"))
        tables.Add(await FirstPages.MeasureAsync(database, rounds, figures, Console.Error));
    if (parts.Contains("page"))
        await PageBudgets.MeasureAsync(database, figures);
}
if (parts.Contains("load"))
    tables.Add(await new UnderLoad(figures, Console.Error, rounds, TimeSpan.FromSeconds(Number("--seconds", 10))).MeasureAsync());
await output.WriteLineAsync($"{Environment.NewLine}{figures.Table()}");
foreach (var table in tables)
    await output.WriteLineAsync(table);
await output.WriteLineAsync($"Load average after: {Surroundings.Load}");
return figures.AllMet ? 0 : 1;

long Number(string name, long otherwise) =>
    options.TryGetValue(name, out var text) ? long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : otherwise;
