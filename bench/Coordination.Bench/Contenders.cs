using Coordination.Bench.BusOnly;
using Coordination.Bench.Load;
using Coordination.Bench.Ours;
using Coordination.Bench.Raw;
using Coordination.Bench.Runs;

namespace Coordination.Bench;

/// <summary>One way of doing the workloads.</summary>
/// <param name="Workloads">What it can do.</param>
/// <param name="Format">How its messages look.</param>
/// <param name="Checks">What must hold when all is done.</param>
/// <param name="RunAsync">The contender's own process: sets up, calls back when it listens, works until it is cancelled.</param>
internal sealed record Contender(
    IReadOnlyList<Workload> Workloads,
    Func<Workload, IWireFormat> Format,
    Func<Workload, IReadOnlyList<Check>> Checks,
    Func<WorkerSettings, Action, CancellationToken, Task> RunAsync
);

internal static class Contenders
{
    /// <summary>The one the others are compared with.</summary>
    public const string Baseline = "raw";

    public static IReadOnlyDictionary<string, Contender> All =>
        new Dictionary<string, Contender>(StringComparer.Ordinal)
        {
            [Baseline] = HandWritten(batched: false),
            ["raw-batched"] = HandWritten(batched: true),
            ["bus-only"] = Bus,
            ["ours"] = Ours,
        };

    private static Contender Ours { get; } =
        new(
            Enum.GetValues<Workload>(),
            workload => workload == Workload.Run ? new RunFormat() : new MassTransitJson(workload),
            workload => workload == Workload.Run ? RunsProgram.Checks : [.. Check.OfBusiness(workload), .. OursProgram.Checks(workload)],
            (settings, ready, ct) =>
                settings.Workload == Workload.Run ? RunsProgram.RunAsync(settings, ready, ct) : OursProgram.RunAsync(settings, ready, ct)
        );

    // It writes no row anywhere: that each message has its one follow-up is all there is to check.
    private static Contender Bus { get; } =
        new([Workload.Effect, Workload.Saga], workload => new MassTransitJson(workload), _ => [], BusOnlyProgram.RunAsync);

    private static Contender HandWritten(bool batched) =>
        new(
            [Workload.Effect, Workload.Saga],
            workload => new PlainJson(workload),
            workload => [.. Check.OfBusiness(workload), .. RawTables.Checks(workload)],
            (settings, ready, ct) => RawProgram.RunAsync(settings, batched, ready, ct)
        );
}
