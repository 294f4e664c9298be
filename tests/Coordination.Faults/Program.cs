using System.Globalization;
using Coordination.Faults;

// The suite by hand: Coordination.Faults [--short | --long] [--seed N] [--slice K|K-L] [--messages N] [--faults N] [--actions kill,pause10s,cut_db,cut_broker] [--nodes 1|3]
var (seed, from, to) = (1, 1, 8);
var full = false;
var changes = new List<Func<SuiteSettings, SuiteSettings>>();
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--short":
            break;
        case "--long":
            full = true;
            break;
        case "--seed":
            seed = Number(args[++i]);
            break;
        case "--slice":
            var slices = args[++i].Split('-');
            (from, to) = (Number(slices[0]), Number(slices[^1]));
            break;
        case "--messages":
            var messages = Number(args[++i]);
            changes.Add(settings => settings with { Messages = messages });
            break;
        case "--faults":
            var faults = Number(args[++i]);
            changes.Add(settings => settings with { RandomFaults = faults });
            break;
        case "--nodes":
            var nodes = Number(args[++i]);
            changes.Add(settings => settings with { BrokerNodes = nodes });
            break;
        case "--actions":
            var actions = args[++i].Split(',', StringSplitOptions.RemoveEmptyEntries);
            changes.Add(settings => settings with { TargetedActions = actions });
            break;
        default:
            Console.Error.WriteLine($"Unknown argument {args[i]}; the first lines of Program.cs list what there is.");
            return 2;
    }
}

var failed = 0;
foreach (
    var settings in full
        ? Enumerable.Range(from, to - from + 1).Select(slice => SuiteSettings.Long(seed, slice))
        : [SuiteSettings.Short with { Seed = seed }]
)
{
    var chosen = changes.Aggregate(settings, (current, change) => change(current));
    var report = await new Suite(chosen, line => Console.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss} {line}")).RunAsync(
        CancellationToken.None
    );
    if (report.Violations.Count + report.Void.Count > 0)
    {
        failed++;
        Console.WriteLine(report.Summary());
    }
}

return failed == 0 ? 0 : 1;

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
