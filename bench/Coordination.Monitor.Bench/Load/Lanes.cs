using System.Collections.Concurrent;
using System.Diagnostics;
using Coordination.Monitor.Bench.Report;

namespace Coordination.Monitor.Bench.Load;

/// <summary>Runs that ended in a window: how many a second, how long they took, and what of a core the monitor used, and of all cores everybody.</summary>
internal sealed record Ended(double PerSecond, double[] Ms, double MonitorPercent, double MachinePercent);

/// <summary>So many runs at the same time, one after the other: as fast as they end, or at a rate.</summary>
internal sealed class Lanes : IAsyncDisposable
{
    private readonly CancellationTokenSource end = new();
    private readonly Task[] lanes;
    private ConcurrentBag<double> times = [];

    /// <param name="backbone">Where they run.</param>
    /// <param name="count">At the same time.</param>
    /// <param name="perSecond">All lanes together; null: as fast as they end.</param>
    public Lanes(Backbone backbone, int count, double? perSecond) =>
        lanes = [
            .. Enumerable
                .Range(0, count)
                .Select(lane => Task.Run(() => GoAsync(backbone, perSecond is { } rate ? count / rate : 0, (double)lane / count))),
        ];

    public async Task<Ended> WindowAsync(TimeSpan time, MonitorProcess? monitor = null)
    {
        times = [];
        var (cpu, busy) = (monitor?.CpuSeconds ?? 0, Surroundings.BusySeconds);
        var clock = Stopwatch.StartNew();
        await Task.Delay(time);
        var (ended, seconds) = (times, clock.Elapsed.TotalSeconds);
        double[] sorted = [.. ended.Order()];
        return new Ended(
            sorted.Length / seconds,
            sorted,
            100 * ((monitor?.CpuSeconds ?? 0) - cpu) / seconds,
            100 * (Surroundings.BusySeconds - busy) / seconds / Environment.ProcessorCount
        );
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await Task.WhenAll(lanes);
        end.Dispose();
    }

    private async Task GoAsync(Backbone backbone, double period, double phase)
    {
        var clock = Stopwatch.StartNew();
        for (var turn = 0; !end.IsCancellationRequested; turn++)
        {
            var rest = TimeSpan.FromSeconds((turn + phase) * period) - clock.Elapsed;
            if (rest > TimeSpan.Zero)
                await Task.Delay(rest, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var began = Stopwatch.GetTimestamp();
            await backbone.RunAsync();
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
    }
}
