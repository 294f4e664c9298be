namespace Coordination.Faults.Matrix;

/// <summary>Which process of the fleet.</summary>
internal enum Place
{
    Worker,
    Host,
    Feeder,
}

/// <summary>A way to hit a crash point.</summary>
/// <param name="Failpoint">A failpoint's name, or <c>call</c>: the sink ends the caller while it waits for the answer.</param>
/// <param name="Places">Whose processes come to it.</param>
/// <param name="Passes">It acts at a pass from 1 to this.</param>
internal sealed record Hit(string Failpoint, Place[] Places, int Passes)
{
    /// <summary>Only calls that undo something are counted.</summary>
    public bool Undo { get; init; }
}

/// <summary>A place between two steps of an effect's way at which a process ends (requirement WAL-13).</summary>
internal sealed record CrashPoint(string Name, string What, Hit[] Hits)
{
    /// <summary>The failpoint that stands for the moment between request and answer.</summary>
    public const string InTheCall = "call";

    /// <summary>Instead of a failpoint: so many milliseconds after the process takes work.</summary>
    public const string AtAnyTime = "random";

    /// <summary>Not a crash: a worker that sleeps longer than its lease and wakes as a zombie.</summary>
    public const string Zombie = "Z";

    private static readonly Place[] Consumers = [Place.Worker, Place.Host];
    private static readonly Place[] Relays = [Place.Feeder, Place.Host, Place.Worker];
    private static readonly Place[] Workers = [Place.Worker];

    public static IReadOnlyList<CrashPoint> All { get; } =
    [
        new("C1", "before inbox insert", [new("W1", Consumers, 5)]),
        new("C2", "after inbox insert, before commit", [new("W2", Consumers, 5), new("W5", [Place.Host], 12)]),
        new("C3", "after commit, before ack", [new("W7", Consumers, 5), new("W9", Consumers, 5)]),
        new("C4", "after ack, before relay", [new("W8", Consumers, 5), new("D1", Relays, 5)]),
        new("C5", "after broker publish, before the row is marked sent", [new("D2", Relays, 5), new("D3", Relays, 5)]),
        new("C6", "after INTENT, before the call", [new("E1", Workers, 25)]),
        new("C7", "request sent, no response", [new(InTheCall, Workers, 25)]),
        new("C8", "external success, before OUTCOME", [new("E2", Workers, 25)]),
        new("C9", "after OUTCOME, before the next step", [new("E3", Workers, 25)]),
        new(
            "C10",
            "inside a compensation",
            [new("U1", Workers, 8), new(InTheCall, Workers, 8) { Undo = true }, new("U2", Workers, 8), new("U3", Workers, 8)]
        ),
        new("R", "at a random moment", [new(AtAnyTime, Relays, 2_500)]),
        new(Zombie, "frozen for longer than the lease after INTENT, then awake", [new("E1", Workers, 20)]),
    ];
}
