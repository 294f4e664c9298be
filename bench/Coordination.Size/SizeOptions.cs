using System.Globalization;

namespace Coordination.Size;

/// <summary>The command line.</summary>
internal sealed record SizeOptions
{
    public const string Usage = """
        usage: bench/size.sh [--rows N] [--parts a,b] [--rounds N] [--window SECONDS]

          --rows N         rows in each of inbox, history and outbox (default 20,000,000; then allow 15 GB of disk and 15 minutes)
          --parts          of queries, throughput, retention, idle (default: all)
          --rounds N       rounds of the throughput comparison, empty and filled in turn (default 5)
          --window SECONDS of one throughput measurement (default 8)

        Servers are started for the run and removed after it: native ones where RabbitMQ and PostgreSQL are installed, else
        containers. COORDINATION_TEST_SERVERS=native or containers chooses.
        """;

    public static readonly string[] AllParts = ["throughput", "idle", "retention", "queries"];

    public long Rows { get; private init; } = 20_000_000;

    public string[] Parts { get; private init; } = AllParts;

    public int Rounds { get; private init; } = 5;

    public TimeSpan Window { get; private init; } = TimeSpan.FromSeconds(8);

    /// <exception cref="FormatException">The arguments are not understood; the message says which.</exception>
    public static SizeOptions Parse(string[] arguments)
    {
        var options = new SizeOptions();
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i];
            options = name switch
            {
                "--rows" => options with { Rows = Number(1_000, 1_000_000_000) },
                "--rounds" => options with { Rounds = (int)Number(1, 100) },
                "--window" => options with { Window = TimeSpan.FromSeconds(Number(1, 600)) },
                "--parts" => options with { Parts = [.. Value().Split(',').Select(Part)] },
                _ => throw new FormatException($"Unknown argument {name}."),
            };

            string Value() => ++i < arguments.Length ? arguments[i] : throw new FormatException($"{name} needs a value.");
            string Part(string value) =>
                AllParts.Contains(value)
                    ? value
                    : throw new FormatException($"{name} may be of {string.Join(", ", AllParts)}, not {value}.");
            long Number(long from, long to) =>
                long.TryParse(
                    Value().Replace("_", "", StringComparison.Ordinal),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var n
                )
                && n >= from
                && n <= to
                    ? n
                    : throw new FormatException($"{name} may be {from:N0} to {to:N0}, not {arguments[i]}.");
        }
        return options;
    }
}
