namespace Coordination.Bench;

/// <summary>The command line.</summary>
internal sealed record BenchOptions
{
    public const string Usage = """
        usage: bench/run.sh [--quick] [--full] [--rounds N] [--contenders a,b] [--workloads a,b] [--json FILE]

          --quick        one round, short warm-up and windows: is everything working?
          --full         more in flight, too: effect 1,000, saga 256
          --rounds N     rounds; each measures every contender once (default 3, quick 1)
          --contenders   of raw, raw-batched, ours (default: all)
          --workloads    of effect, saga, run (default: all; run is ours only)
          --json FILE    also writes every window as JSON

        Servers are started for the run and removed after it: native ones where RabbitMQ and PostgreSQL are installed, else
        containers. COORDINATION_TEST_SERVERS=native or containers chooses.
        """;

    public int Rounds { get; private init; } = 3;

    /// <summary>Before the first window of a process; its code is compiled and its caches are full after about nine seconds.</summary>
    public TimeSpan WarmUp { get; private init; } = TimeSpan.FromSeconds(10);

    /// <summary>Before each further window of the same process, with another number in flight.</summary>
    public TimeSpan Settle { get; private init; } = TimeSpan.FromSeconds(2);

    public TimeSpan Window { get; private init; } = TimeSpan.FromSeconds(8);

    public bool Full { get; private init; }

    public string[] Contenders { get; private init; } = [.. Bench.Contenders.All.Keys];

    public Workload[] Workloads { get; private init; } = Enum.GetValues<Workload>();

    public string? JsonFile { get; private init; }

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
                    WarmUp = TimeSpan.FromSeconds(4),
                    Settle = TimeSpan.FromSeconds(1),
                    Window = TimeSpan.FromSeconds(3),
                },
                "--full" => options with { Full = true },
                "--rounds" => options with { Rounds = int.TryParse(Value(), out var n) && n is > 0 and <= 100 ? n : throw Bad("1 to 100") },
                "--contenders" => options with { Contenders = Value().Split(',').Select(Contender).ToArray() },
                "--workloads" => options with { Workloads = Value().Split(',').Select(Workload).ToArray() },
                "--json" => options with { JsonFile = Value() },
                _ => throw new FormatException($"Unknown argument {name}."),
            };

            string Value() => ++i < arguments.Length ? arguments[i] : throw new FormatException($"{name} needs a value.");
            FormatException Bad(string expected) => new($"{name} may be {expected}, not {arguments[i]}.");
            string Contender(string value) =>
                Bench.Contenders.All.ContainsKey(value) ? value : throw Bad("of " + string.Join(", ", Bench.Contenders.All.Keys));
            Workload Workload(string value) =>
                Enum.TryParse<Workload>(value, ignoreCase: true, out var known) ? known : throw Bad("of effect, saga, run");
        }
        return options;
    }

    /// <summary>How many messages, sagas or runs are kept in flight, one window each.</summary>
    public int[] InFlight(Workload workload) =>
        (workload, Full) switch
        {
            (Workload.Effect, true) => [1, 64, 1_000],
            (Workload.Effect, false) or (Workload.Saga, false) => [1, 64],
            (Workload.Saga, true) => [1, 64, 256],
            _ => [1, 64],
        };
}
