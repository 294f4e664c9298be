namespace Coordination.Bench.Raw;

/// <summary>The values that were best when they were tried on two processors; each can be set by an environment variable to try others.</summary>
internal static class RawSettings
{
    /// <summary>Transactions at the same time per queue, one message each.</summary>
    public static int Lanes(Workload workload) => Tuning.Read("BENCH_RAW_LANES", workload == Workload.Effect ? 16 : 8);

    /// <summary>How long the deletion of outbox rows waits for more of them.</summary>
    public static TimeSpan DeleteLinger { get; } = TimeSpan.FromMilliseconds(Tuning.Read("BENCH_DELETE_LINGER_MS", 15));

    /// <summary>Transactions at the same time per queue, many messages each.</summary>
    public static int BatchedLanes { get; } = Tuning.Read("BENCH_BATCHED_LANES", 1);

    /// <summary>Messages in one transaction of a batching lane.</summary>
    public static int MostInBatch { get; } = Tuning.Read("BENCH_BATCH", 256);

    /// <summary>Messages the broker sends ahead to one consumer.</summary>
    public static ushort Prefetch { get; } = (ushort)Tuning.Read("BENCH_PREFETCH", 512);
}
