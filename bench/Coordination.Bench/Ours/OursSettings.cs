using Coordination.Persistence;

namespace Coordination.Bench.Ours;

/// <summary>The defaults of the library; each can be set by an environment variable to try others.</summary>
internal static class OursSettings
{
    /// <summary>Messages of one endpoint that are handled at the same time.</summary>
    public static int Concurrency { get; } = Tuning.Read("BENCH_OURS_CONCURRENCY", 128);

    /// <summary>Messages the broker sends ahead to one endpoint.</summary>
    public static ushort Prefetch { get; } = (ushort)Tuning.Read("BENCH_OURS_PREFETCH", 512);

    /// <summary>Sets how the outbox delivers in a workload: only in `local` do messages stay inside the process.</summary>
    public static void Apply(OutboxOptions options, Workload workload) => options.HandOver = workload is Workload.Local or Workload.Run;
}
