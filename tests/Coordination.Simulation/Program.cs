using System.Diagnostics;
using System.Globalization;
using Coordination.Simulation;

// Coordination.Simulation [--seeds FROM-TO] [--bug NAME] [--seconds LIMIT] [--trace] [--stop]
// One line per violated seed, one summary at the end; exit code 1 when a seed was violated.
if (!Pump.UseOneThread())
{
    Console.Error.WriteLine("Start with DOTNET_PROCESSOR_COUNT=1: the order of events depends on it.");
    return 2;
}

string? Option(string name) => args.SkipWhile(a => a != name).Skip(1).FirstOrDefault();

var range = (Option("--seeds") ?? "1-100").Split('-').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
var limit = TimeSpan.FromSeconds(double.Parse(Option("--seconds") ?? "3600", CultureInfo.InvariantCulture));
var bug = Option("--bug") is { } name ? Bugs.Find(name) : Bug.None;
var trace = args.Contains("--trace") ? (Action<string>)Console.WriteLine : null;

var laboratory = new Laboratory(bug, trace);
var watch = Stopwatch.StartNew();
var (seeds, violated, hash) = (0, 0, 0UL);
for (var seed = range[0]; seed <= range[^1] && watch.Elapsed < limit; seed++)
{
    var result = laboratory.Run(seed);
    seeds++;
    hash = (hash * 31) + result.Hash;
    if (result.Violations.Count > 0)
    {
        violated++;
        Console.WriteLine($"seed {seed} violated: {string.Join(" | ", result.Violations)} [{result.Scenario}]");
        if (args.Contains("--stop"))
        {
            break;
        }
    }
}

Console.WriteLine($"seeds {seeds} violated {violated} hash {hash:x16} seconds {watch.Elapsed.TotalSeconds:0.0}");
laboratory.Dispose();
return violated > 0 ? 1 : 0;
