namespace Coordination.Bench;

/// <summary>The command line.</summary>
internal sealed record BenchOptions
{
    public const string Usage = """
        usage: bench/run.sh [--quick] [--rounds N] [--contenders a,b] [--workloads a,b] [--in-flight a,b] [--json FILE]
               bench/run.sh [--page FILE] --merge FILE...

          --quick        one round, short warm-up and windows: is everything working?
          --rounds N     rounds; each measures every contender once (default 5, quick 1)
          --contenders   of raw, raw-batched, bus-only, ours (default: all)
          --workloads    of effect, saga, local, run (default: all)
          --in-flight    other numbers in flight than those of docs/benchmarks.md
          --profile      also samples, with Linux' perf, where the client's time goes; the other figures are worse for it
          --json FILE    keeps every window; what the file holds of the same commit and machine stays, and these are further rounds
          --page FILE    also puts the tables into a page, between the lines "<!-- figures -->" and "<!-- end of figures -->"
          --merge FILE   measures nothing: prints the tables of what --json kept

        Servers are started for the run and removed after it: RabbitMQ 4 and PostgreSQL 17 in containers where a Docker engine
        answers, else the installed packages. COORDINATION_TEST_SERVERS=native or containers chooses.
        """;

    public int Rounds { get; private init; } = 5;

    /// <summary>Before the first window of a process; its code is compiled and its caches are full after about nine seconds.</summary>
    public TimeSpan WarmUp { get; private init; } = TimeSpan.FromSeconds(9);

    /// <summary>Before each window, with its number in flight.</summary>
    public TimeSpan Settle { get; private init; } = TimeSpan.FromSeconds(1.5);

    public TimeSpan Window { get; private init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a window that other work disturbed is measured again.</summary>
    public int Repeats { get; private init; } = 2;

    public string[] Contenders { get; private init; } = [.. Bench.Contenders.All.Keys];

    public Workload[] Workloads { get; private init; } = Enum.GetValues<Workload>();

    public bool Profile { get; private init; }

    public string? JsonFile { get; private init; }

    public string? PageFile { get; private init; }

    public string[] Merge { get; private init; } = [];

    private int[]? Levels { get; init; }

    /// <exception cref="FormatException">The arguments are not understood; the message says which.</exception>
    public static BenchOptions Parse(string[] arguments)
    {
        var options = new BenchOptions();
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i];
            options = name switch
            {
                "--quick" => options with
                {
                    Rounds = 1,
                    Repeats = 0,
                    WarmUp = TimeSpan.FromSeconds(4),
                    Settle = TimeSpan.FromSeconds(1),
                    Window = TimeSpan.FromSeconds(2),
                },
                "--rounds" => options with { Rounds = Number(1, 100) },
                "--contenders" => options with { Contenders = Value().Split(',').Select(Contender).ToArray() },
                "--workloads" => options with { Workloads = Value().Split(',').Select(Workload).ToArray() },
                "--in-flight" => options with { Levels = Value().Split(',').Select(Level).ToArray() },
                // perf itself is other work.
                "--profile" => options with { Profile = true, Repeats = 0 },
                "--json" => options with { JsonFile = Value() },
                "--page" => options with { PageFile = Value() },
                "--merge" => options with { Merge = Rest() },
                _ => throw new FormatException($"Unknown argument {name}."),
            };

            string Value() => ++i < arguments.Length ? arguments[i] : throw new FormatException($"{name} needs a value.");
            string[] Rest()
            {
                var files = arguments[(i + 1)..];
                i = arguments.Length;
                return files.Length > 0 ? files : throw new FormatException($"{name} needs the files that --json wrote.");
            }
            FormatException Bad(string expected) => new($"{name} may be {expected}, not {arguments[i]}.");
            int Number(int least, int most) =>
                int.TryParse(Value(), out var n) && n >= least && n <= most ? n : throw Bad($"{least} to {most}");
            int Level(string value) => int.TryParse(value, out var n) && n is > 0 and <= 10_000 ? n : throw Bad("1 to 10,000");
            string Contender(string value) =>
                Bench.Contenders.All.ContainsKey(value) ? value : throw Bad("of " + string.Join(", ", Bench.Contenders.All.Keys));
            Workload Workload(string value) =>
                Enum.TryParse<Workload>(value, ignoreCase: true, out var known) ? known : throw Bad("of effect, saga, local, run");
        }
        return options;
    }

    /// <summary>How many messages, sagas or runs are kept in flight, one window each.</summary>
    public int[] InFlight(Workload workload) =>
        Levels
        ?? workload switch
        {
            Workload.Effect => [1, 64, 1_000],
            Workload.Saga => [1, 64, 256],
            _ => [1, 64],
        };
}
