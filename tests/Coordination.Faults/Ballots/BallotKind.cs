namespace Coordination.Faults.Ballots;

/// <summary>What a voter does about a ballot.</summary>
/// <param name="Allowed">What may become of it, by the names of the record.</param>
public sealed record Intention(string Voter, string Choice, params IReadOnlyList<string> Allowed)
{
    /// <summary>Says so only when the ballot is decided.</summary>
    public bool AfterTheEnd { get; init; }

    public bool Veto { get; init; }
}

/// <summary>What people answer, in this order; null: nothing may be done.</summary>
public sealed record Reply(string Person, string? Option);

/// <summary>A ballot as the suite makes it, and the one way it can end: said here and reckoned by nobody.</summary>
public sealed record BallotKind(string Name, string Policy, string Outcome, string? Option, string DecidedBy)
{
    private const string Counted = "Counted";
    private const string Late = "Late";
    private const string Duplicate = "Duplicate";

    /// <summary>Of the ballots that nobody votes in.</summary>
    public static readonly TimeSpan ShortTime = TimeSpan.FromMilliseconds(1_500);

    public string? Flag { get; init; }

    /// <summary>It ends by its deadline, after so many times of <see cref="ShortTime"/>; 0: it has time.</summary>
    public int Deadlines { get; init; }

    public IReadOnlyList<Intention> Votes { get; init; } = [];

    public IReadOnlyList<Reply> Replies { get; init; } = [];

    /// <summary>Votes that count for the option before it may be decided by votes.</summary>
    public int Needed { get; init; }

    /// <summary>Voters that are asked, each once; for ballots nobody votes in, once for each deadline.</summary>
    public int Asked { get; init; } = 3;

    public static IReadOnlyList<BallotKind> All { get; } =
    [
        new("unanimous", "refund", "DECIDED", "refund", "votes")
        {
            Needed = 2,
            Votes =
            [
                new("refund-a", "refund", Counted),
                new("refund-b", "refund", Counted),
                new("fraud-desk", "refund", Late) { AfterTheEnd = true },
            ],
        },
        new("split", "refund", "SPLIT", "review", "safe-option")
        {
            Votes =
            [
                new("refund-a", "refund", Counted),
                new("refund-b", "review", Counted),
                new("fraud-desk", "deny", Counted),
                new("nobody", "refund", "Stranger"),
            ],
        },
        new("dissent", "refund", "DISSENT_ESCALATED", "review", "people")
        {
            Flag = "fraud",
            Votes = [new("refund-a", "refund", Counted), new("refund-b", "refund", Counted), new("fraud-desk", "review", Counted)],
            Replies = [new("ada", "review"), new("bob", "review")],
        },
        new("veto", "payout", "VETOED", null, "people")
        {
            Votes =
            [
                new("refund-a", "refund", Counted, Late),
                new("refund-b", "refund", Counted, Late),
                new("fraud-desk", "review", Counted) { Veto = true },
            ],
            Replies = [new("ada", null)],
        },
        new("silent", "refund", "NO_QUORUM", "review", "safe-option") { Deadlines = 1 },
        new("silent twice", "patient", "NO_QUORUM", "review", "safe-option") { Deadlines = 2 },
        new("doubled", "refund", "DECIDED", "refund", "votes")
        {
            Needed = 2,
            // Whichever of the first voter's votes comes first counts; the others have the majority anyway.
            Votes =
            [
                new("refund-a", "refund", Counted, Duplicate, Late),
                new("refund-a", "review", Counted, Duplicate, Late),
                new("refund-b", "refund", Counted, Late),
                new("fraud-desk", "refund", Counted, Late),
            ],
        },
        new("widened", "panel", "DECIDED", "refund", "votes")
        {
            Needed = 3,
            Asked = 5,
            Votes =
            [
                new("refund-a", "refund", Counted),
                new("fraud-desk", "review", Counted),
                new("refund-c", "refund", Counted),
                new("refund-b", "refund", Counted, Late),
                new("refund-d", "refund", Counted, Late),
            ],
        },
    ];

    /// <summary>Everybody who is asked or not asked.</summary>
    public static IReadOnlyList<string> Voters { get; } = ["refund-a", "refund-b", "refund-c", "refund-d", "fraud-desk"];
}
