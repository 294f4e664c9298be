namespace Coordination.Faults.Ballots;

/// <summary>How large a run of killed ballots is. A course of events is reproduced by seed and commit, as far as processes can be.</summary>
public sealed record BallotSettings
{
    public int Seed { get; init; } = 1;

    /// <summary>SIGKILLs in all, spread evenly over the points.</summary>
    public int Kills { get; init; } = 2 * BallotPoint.All.Count;

    /// <summary>Only these points; empty: all.</summary>
    public IReadOnlyList<string> Points { get; init; } = [];

    /// <summary>A mistake of the product's <c>PlantedBugs</c> that the run must find; null: none.</summary>
    public string? Bug { get; init; }

    /// <summary>Processes that host ballots, side by side.</summary>
    public int Hosts { get; init; } = 4;

    /// <summary>Ballots open at a time, at most.</summary>
    public int Window { get; init; } = 25;

    /// <summary>Ballots asked for in a second, at most: processes that start need the machine, too.</summary>
    public int PerSecond { get; init; } = 12;

    /// <summary>Ballots that have ended before healing, at least.</summary>
    public int Ballots { get; init; } = 150;

    /// <summary>How long it may take after the kills until all is at rest.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Where the report goes; null: artifacts/fault-reports.</summary>
    public string? Reports { get; init; }

    public static BallotSettings Short => new();

    /// <summary>What VOTE-15 asks for.</summary>
    public static BallotSettings Full =>
        new()
        {
            Kills = 1_000,
            Window = 60,
            Ballots = 1_000,
        };

    /// <summary>Where a planted bug shows for certain.</summary>
    public static BallotSettings Finding(string bug) =>
        new()
        {
            Bug = bug,
            Points = ["W5"],
            Kills = 6,
            // What is lost does not come.
            Patience = TimeSpan.FromSeconds(10),
            Ballots = 0,
        };
}

/// <summary>A place between two steps of a ballot's way at which its process ends.</summary>
/// <param name="Passes">It ends at a pass from 1 to this.</param>
public sealed record BallotPoint(string Name, string What, int Passes)
{
    public static IReadOnlyList<BallotPoint> All { get; } =
    [
        new("C1", "a vote is taken, before the commit", 8),
        new("C2", "the voting comes to its end, before the commit", 4),
        new("C3", "the end of the voting or the decision is committed, not published", 4),
        new("C4", "a vote is committed", 8),
        new("C5", "a ballot is opened and committed, nobody is asked", 4),
        new("S1", "the ballot's row is locked and read", 12),
        new("S2", "the ballot has moved, before the commit", 12),
        new("W5", "all writes are known, COMMIT is not sent", 12),
        new("W7", "committed, not acknowledged", 12),
        new("D1", "a stored message is in the relay's hands, not published", 12),
        new("D2", "published, not confirmed", 12),
        new("D3", "confirmed, its row is still there", 12),
        new("D4", "the statement that removes rows is on its way", 6),
    ];
}
