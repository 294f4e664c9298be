namespace Coordination.Faults.Matrix;

/// <summary>How large a run of the crash matrix is. A course of events is reproduced by seed and commit, as far as processes can be.</summary>
public sealed record MatrixSettings
{
    public int Seed { get; init; } = 1;

    /// <summary>SIGKILLs at each crash point, and at random moments.</summary>
    public int Kills { get; init; } = 5;

    /// <summary>Workers frozen for longer than their lease, when all points are chosen.</summary>
    public int Zombies { get; init; } = 2;

    /// <summary>Only these crash points; empty: all.</summary>
    public IReadOnlyList<string> Points { get; init; } = [];

    /// <summary>A mistake of the product's <c>PlantedBugs</c> that the run must find; null: none.</summary>
    public string? Bug { get; init; }

    /// <summary>Runs that have ended before healing, at least: few kills alone would find too few.</summary>
    public int Runs { get; init; } = 120;

    /// <summary>Runs the feeder keeps open.</summary>
    public int Window { get; init; } = 12;

    /// <summary>Of the workers' claims, in whole seconds.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How much later than its lease's end a claim may be taken over (WAL-04); null: only reported, for machines that do other things.</summary>
    public TimeSpan? ResumesWithin { get; init; }

    /// <summary>How long each phase after the kills may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Where the report goes; null: artifacts/fault-reports.</summary>
    public string? Reports { get; init; }

    public static MatrixSettings Short => new();

    /// <summary>Where a planted bug shows for certain, in a minute or two.</summary>
    public static MatrixSettings Finding(string bug) =>
        new()
        {
            Bug = bug,
            Runs = 40,
            // It may well come to no rest.
            Patience = TimeSpan.FromSeconds(20),
            Points = bug switch
            {
                "ack-before-commit" => ["C2"],
                "outcome-before-call" => ["C6"],
                "no-fence" => [CrashPoint.Zombie],
                "key-with-attempt" => ["C9"],
                _ => throw new ArgumentOutOfRangeException(nameof(bug), bug, "There is no such bug."),
            },
        };

    /// <summary>What WAL-13 asks for.</summary>
    public static MatrixSettings Full =>
        new()
        {
            Kills = 100,
            Zombies = 20,
            ResumesWithin = TimeSpan.FromSeconds(5),
        };
}
