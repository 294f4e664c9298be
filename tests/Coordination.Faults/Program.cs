using System.Globalization;
using Coordination.Faults;
using Coordination.Faults.Ballots;
using Coordination.Faults.Matrix;

const string Usage = """
    The fault suite by hand:
      Coordination.Faults [--short | --long] [--seed N] [--slice K|K-L] [--messages N] [--faults N] [--nodes 1|3]
                          [--actions kill,pause10s,cut_db,cut_broker]
    The crash matrix of effects (WAL-13): processes killed at C1 to C10, every class of effect, a sink that counts:
      Coordination.Faults --matrix [--short | --full] [--seed N] [--kills N] [--point C7[,C8]] [--bug NAME]
        --short   5 kills at each point, under two and a half minutes
        --full    100 kills at each point, under an hour
        --point   only these; Z is a worker frozen for longer than its lease
        --bug     the product makes a mistake on purpose, and the run, at the points where it shows, must be red: ack-before-commit,
                  outcome-before-call, no-fence, key-with-attempt
    Ballots whose hosts are killed (VOTE-15), with voters and people outside that know how each must end:
      Coordination.Faults --ballots [--short | --full] [--seed N] [--kills N] [--point C3[,D2]] [--bug ack-before-commit]
        --short   two kills at each point, a minute
        --full    1,000 kills, spread evenly, under half an hour
        --kills   so many in all
    Exit code: 0 no violation, 1 violations or a run that proves nothing, 2 unknown argument.
    """;

if (args.Contains("--help"))
{
    Console.WriteLine(Usage);
    return 0;
}

var matrix = args.Contains("--matrix");
var ballots = args.Contains("--ballots");
var (seed, from, to) = (1, 1, 8);
var full = false;
var changes = new List<Func<SuiteSettings, SuiteSettings>>();
var matrixChanges = new List<Func<MatrixSettings, MatrixSettings>>();
var ballotChanges = new List<Func<BallotSettings, BallotSettings>>();
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--short":
        case "--matrix":
        case "--ballots":
            break;
        case "--long" when !matrix && !ballots:
        case "--full" when matrix || ballots:
            full = true;
            break;
        case "--seed":
            seed = Number(args[++i]);
            break;
        case "--kills" when matrix || ballots:
            var kills = Number(args[++i]);
            ballotChanges.Add(settings => settings with { Kills = kills });
            matrixChanges.Add(settings => settings with { Kills = kills });
            break;
        case "--point" when matrix || ballots:
            var points = args[++i].Split(',', StringSplitOptions.RemoveEmptyEntries);
            ballotChanges.Add(settings => settings with { Points = points });
            matrixChanges.Add(settings => settings with { Points = points });
            break;
        case "--bug" when matrix || ballots:
            var bug = args[++i];
            ballotChanges.Insert(0, _ => BallotSettings.Finding(bug));
            matrixChanges.Insert(0, settings => MatrixSettings.Finding(bug) with { Kills = settings.Kills });
            break;
        case "--slice" when !matrix && !ballots:
            var slices = args[++i].Split('-');
            (from, to) = (Number(slices[0]), Number(slices[^1]));
            break;
        case "--messages" when !matrix && !ballots:
            var messages = Number(args[++i]);
            changes.Add(settings => settings with { Messages = messages });
            break;
        case "--faults" when !matrix && !ballots:
            var faults = Number(args[++i]);
            changes.Add(settings => settings with { RandomFaults = faults });
            break;
        case "--nodes" when !matrix && !ballots:
            var nodes = Number(args[++i]);
            changes.Add(settings => settings with { BrokerNodes = nodes });
            break;
        case "--actions" when !matrix && !ballots:
            var actions = args[++i].Split(',', StringSplitOptions.RemoveEmptyEntries);
            changes.Add(settings => settings with { TargetedActions = actions });
            break;
        default:
            Console.Error.WriteLine($"Unknown argument {args[i]}.\n{Usage}");
            return 2;
    }
}

if (matrix)
{
    var chosen = matrixChanges.Aggregate(full ? MatrixSettings.Full : MatrixSettings.Short, (current, change) => change(current));
    var found = await new MatrixSuite(chosen with { Seed = seed }, Tell).RunAsync(CancellationToken.None);
    Console.WriteLine(found.Summary());
    return found.Violations.Count + found.Void.Count == 0 ? 0 : 1;
}

if (ballots)
{
    var chosen = ballotChanges.Aggregate(full ? BallotSettings.Full : BallotSettings.Short, (current, change) => change(current));
    var found = await new BallotSuite(chosen with { Seed = seed }, Tell).RunAsync(CancellationToken.None);
    Console.WriteLine(found.Summary());
    return found.Violations.Count + found.Void.Count == 0 ? 0 : 1;
}

var failed = 0;
foreach (
    var settings in full
        ? Enumerable.Range(from, to - from + 1).Select(slice => SuiteSettings.Long(seed, slice))
        : [SuiteSettings.Short with { Seed = seed }]
)
{
    var chosen = changes.Aggregate(settings, (current, change) => change(current));
    var report = await new Suite(chosen, Tell).RunAsync(CancellationToken.None);
    if (report.Violations.Count + report.Void.Count > 0)
    {
        failed++;
        Console.WriteLine(report.Summary());
    }
}

return failed == 0 ? 0 : 1;

static void Tell(string line) => Console.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss} {line}");

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
