using System.Reflection;

namespace Coordination.Simulation;

/// <summary>What may go wrong, each as the chance at one opportunity.</summary>
internal sealed record Faults
{
    public static readonly Faults None = new();

    // Processes: at every step between two awaits of theirs.
    public double Crash { get; init; }
    public double Freeze { get; init; }
    public double Stop { get; init; }

    // Database: at every call.
    public double Transient { get; init; }
    public double Abort { get; init; }
    public double UnknownCommitted { get; init; }
    public double UnknownRolledBack { get; init; }

    // Broker: at every publish or delivery.
    public double Refuse { get; init; }
    public double DropBeforeConfirm { get; init; }
    public double LoseConfirm { get; init; }
    public double LateArrival { get; init; }
    public double CutConnection { get; init; }
    public double Duplicate { get; init; }
    public double Reorder { get; init; }
    public double LoseAcknowledgement { get; init; }

    /// <summary>The broker is away from time to time.</summary>
    public bool BrokerAway { get; init; }
}

/// <summary>All that a seed decides before the first event.</summary>
internal sealed record Scenario
{
    public required int Seed { get; init; }

    /// <summary>One process with an in-memory transport, as with SQLite; otherwise several processes around a broker.</summary>
    public required bool Embedded { get; init; }

    /// <summary>Nothing goes wrong: every message is sent and delivered exactly once.</summary>
    public required bool Calm { get; init; }
    public required int Nodes { get; init; }
    public required Faults Faults { get; init; }
    public required int Groups { get; init; }
    public required int MessagesPerGroup { get; init; }
    public required int Runs { get; init; }
    public required int MaxInFlight { get; init; }

    /// <summary>Messages for an endpoint of the same process go to it in memory.</summary>
    public required bool HandOver { get; init; }
    public required int SweepBatch { get; init; }
    public required TimeSpan SweepInterval { get; init; }
    public required TimeSpan Lease { get; init; }
    public required TimeSpan Grace { get; init; }
    public required TimeSpan PublishTimeout { get; init; }
    public required TimeSpan HandOverLease { get; init; }
    public required TimeSpan LeaseTtl { get; init; }
    public required int Concurrency { get; init; }
    public required int LatencyMs { get; init; }

    /// <summary>The broker's time to confirm.</summary>
    public required int ConfirmMs { get; init; }
    public required TimeSpan Trouble { get; init; }

    /// <summary>From the end of all faults to the moment when everything must be at rest.</summary>
    public static readonly TimeSpan Convergence = TimeSpan.FromSeconds(150);

    public static Scenario Draw(int seed, Dice dice)
    {
        var calm = dice.Falls(0.15);
        var embedded = dice.Falls(0.3);
        var publishTimeout = dice.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        // Always longer than the deadline of a publish, as the settings demand.
        TimeSpan Longer() => publishTimeout + TimeSpan.FromSeconds(2) + dice.Between(TimeSpan.Zero, TimeSpan.FromSeconds(8));
        double Often(double most) => calm || dice.Falls(0.4) ? 0 : dice.Fraction() * most;
        return new Scenario
        {
            Seed = seed,
            Embedded = embedded,
            Calm = calm,
            Nodes = embedded ? 1 : dice.Between(1, 3),
            Groups = dice.Between(1, 3),
            MessagesPerGroup = dice.Between(2, 8),
            Runs = dice.Falls(0.5) ? dice.Between(1, 2) : 0,
            MaxInFlight = dice.Between(1, 40),
            HandOver = dice.Falls(0.5),
            SweepBatch = dice.Between(1, 12),
            SweepInterval = dice.Between(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2)),
            PublishTimeout = publishTimeout,
            // Where nothing may be sent twice, no row may wait in memory beyond its time.
            Lease = calm ? TimeSpan.FromSeconds(30) : Longer(),
            Grace = calm ? TimeSpan.FromSeconds(30) : Longer(),
            HandOverLease = dice.Between(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(40)),
            LeaseTtl = dice.Between(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(12)),
            Concurrency = dice.Between(1, 6),
            LatencyMs = dice.One([0, 2, 10, 40]),
            ConfirmMs = dice.One([1, 5, 50, 800]),
            Trouble = dice.Between(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(40)),
            Faults = new Faults
            {
                Crash = Often(0.008),
                Freeze = Often(0.002),
                Stop = Often(0.05),
                Transient = Often(0.05),
                Abort = Often(0.1),
                UnknownCommitted = Often(0.1),
                UnknownRolledBack = Often(0.1),
                Refuse = embedded ? 0 : Often(0.1),
                DropBeforeConfirm = embedded ? 0 : Often(0.1),
                LoseConfirm = embedded ? 0 : Often(0.2),
                LateArrival = embedded ? 0 : Often(0.1),
                CutConnection = embedded ? 0 : Often(0.03),
                Duplicate = Often(0.5),
                Reorder = Often(0.5),
                LoseAcknowledgement = Often(0.1),
                BrokerAway = !calm && !embedded && dice.Falls(0.3),
            },
        };
    }

    /// <summary>Every option on one line.</summary>
    public override string ToString() => string.Join(' ', Options(this));

    private static IEnumerable<string> Options(object of) =>
        of.GetType()
            .GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .SelectMany(property =>
                property.GetValue(of) switch
                {
                    Faults faults => Options(faults),
                    double value => value == 0 ? [] : [$"{property.Name}={value:0.0000}"],
                    TimeSpan time => [$"{property.Name}={time.TotalSeconds:0.###}s"],
                    var value => [$"{property.Name}={value}"],
                }
            );
}
