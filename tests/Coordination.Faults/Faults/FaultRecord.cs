namespace Coordination.Faults;

/// <summary>A fault that was carried out.</summary>
/// <param name="Class">One of <see cref="FaultClass"/>, or <c>at W7: kill</c> for a targeted one.</param>
/// <param name="Target">What it hit.</param>
/// <param name="From">When it began, by this machine's clock.</param>
/// <param name="Until">When it was over and mended.</param>
/// <param name="OpenRuns">Runs under way when it began.</param>
/// <param name="Recovery">From its end until something was finished again; null: nothing more was.</param>
public sealed record FaultRecord(
    string Class,
    string Target,
    DateTimeOffset From,
    DateTimeOffset Until,
    long OpenRuns,
    TimeSpan? Recovery = null
);

/// <summary>The kinds of random faults.</summary>
public static class FaultClass
{
    public const string WorkerKilled = "worker killed";
    public const string HostKilled = "host killed";
    public const string FeederKilled = "feeder killed";
    public const string ProcessFrozen = "process frozen";
    public const string ProcessStopped = "process stopped in good order";
    public const string BrokerRestarted = "broker restarted";
    public const string BrokerKilled = "broker killed";
    public const string BrokerFrozen = "broker node frozen";
    public const string BrokerCut = "broker connections cut";
    public const string DatabaseCut = "database connections cut";
    public const string AnswersLost = "database answers lost";
    public const string BackendsEnded = "database backends ended";
    public const string DatabaseCrashed = "database crashed";
    public const string QueueDeleted = "queue deleted";
    public const string MemoryAlarm = "broker out of memory";

    public static IReadOnlyList<string> All { get; } =
    [
        WorkerKilled,
        HostKilled,
        FeederKilled,
        ProcessFrozen,
        ProcessStopped,
        BrokerRestarted,
        BrokerKilled,
        BrokerCut,
        DatabaseCut,
        AnswersLost,
        BackendsEnded,
        DatabaseCrashed,
        QueueDeleted,
        MemoryAlarm,
    ];

    /// <summary>Those a broker of so many nodes can meet.</summary>
    public static IReadOnlyList<string> For(int brokerNodes) => brokerNodes == 1 ? All : [.. All, BrokerFrozen];
}
