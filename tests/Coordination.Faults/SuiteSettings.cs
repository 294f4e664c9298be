using System.Globalization;

namespace Coordination.Faults;

/// <summary>How large and how long a run of the suite is. A run is reproduced by its seed, slice and commit.</summary>
public sealed record SuiteSettings
{
    /// <summary>Everything random follows from it.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Which part of a run in several parts this is, from 1; each is a run of its own on fresh servers.</summary>
    public int Slice { get; init; } = 1;
    public int Slices { get; init; } = 1;

    /// <summary>One, or three in containers.</summary>
    public int BrokerNodes { get; init; } = 1;

    /// <summary>Random faults, in this slice.</summary>
    public int RandomFaults { get; init; } = FaultClass.All.Count;

    /// <summary>Messages stored in the outbox before healing, in this slice.</summary>
    public int Messages { get; init; } = 5_000;

    /// <summary>At each failpoint, what is done: kill, pause10s, cut_db, cut_broker.</summary>
    public IReadOnlyList<string> TargetedActions { get; init; } = ["kill"];

    /// <summary>Runs that each of two feeders keeps open.</summary>
    public int Window { get; init; } = 30;

    /// <summary>Keys with numbered messages of each feeder.</summary>
    public int Keys { get; init; } = 20;

    /// <summary>One run in so many ends its process; 0: none.</summary>
    public int KillerEvery { get; init; } = 2_000;

    /// <summary>The longest freeze of a process.</summary>
    public TimeSpan LongestFreeze { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary>In it all invariants must hold after the last fault (I-18).</summary>
    public TimeSpan Settles { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How much later than its time a retry may be sent, faults apart (I-17).</summary>
    public TimeSpan RetriesWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Where the report goes; null: artifacts/fault-reports.</summary>
    public string? Reports { get; init; }

    /// <summary>
    /// Every targeted kill once and every class of random faults once: a few minutes. It runs wherever the tests run, on machines that do other things at
    /// the same time: what is lost or done twice is its business, how soon is measured by the long form, which has its machine to itself.
    /// </summary>
    public static SuiteSettings Short => new() { Settles = TimeSpan.FromMinutes(4), RetriesWithin = TimeSpan.FromSeconds(30) };

    /// <summary>At least 100,000 messages, 200 random faults and every targeted one, in eight slices.</summary>
    public static SuiteSettings Long(int seed, int slice) =>
        new()
        {
            Seed = seed,
            Slice = slice,
            Slices = 8,
            RandomFaults = 26,
            Messages = 12_800,
            TargetedActions = ["kill", "cut_db", "cut_broker", "pause10s"],
            LongestFreeze = TimeSpan.FromSeconds(20),
            Keys = 50,
        };

    /// <summary>Reads <c>COORDINATION_FAULTS_SEED</c>, <c>_MESSAGES</c> and <c>_RANDOM</c>.</summary>
    public SuiteSettings WithEnvironment() =>
        this with
        {
            Seed = Number("COORDINATION_FAULTS_SEED") ?? Seed,
            Messages = Number("COORDINATION_FAULTS_MESSAGES") ?? Messages,
            RandomFaults = Number("COORDINATION_FAULTS_RANDOM") ?? RandomFaults,
        };

    private static int? Number(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
