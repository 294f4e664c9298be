using System.Diagnostics;
using Coordination.Persistence;

namespace Coordination.Size;

/// <summary>Removes the day that is past its time while messages are handled, and looks at the longest wait of one.</summary>
internal static class DayRetention
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);
    private const int Writers = 4;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(string database, Action<string> progress, CancellationToken ct)
    {
        progress("retention of a day");
        await using var store = Installation.Open(database);
        var units = store.Get<IUnitOfWorkFactory>();
        var latencies = new List<(long At, double Milliseconds)>();
        var gate = new Lock();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var writers = Enumerable.Range(0, Writers).Select(_ => Task.Run(WriteAsync, ct)).ToArray();

        await Task.Delay(Quiet, ct);
        var before = await CountAsync();
        var from = Stopwatch.GetTimestamp();
        var removed = await store.Get<RetentionSweep>().SweepAsync(ct);
        var took = Stopwatch.GetElapsedTime(from);
        // What waits at the end of the sweep is to be seen, too.
        await Task.Delay(TimeSpan.FromMilliseconds(500), ct);
        var to = Stopwatch.GetTimestamp();
        await Task.Delay(Quiet, ct);
        await ending.CancelAsync();
        await Task.WhenAll(writers);

        var during = latencies.Where(l => l.At >= from && l.At <= to).Select(l => l.Milliseconds).ToList();
        var around = latencies.Where(l => l.At < from - (Stopwatch.Frequency * 2) || l.At > to).Select(l => l.Milliseconds).ToList();
        var longest = during.DefaultIfEmpty(0).Max();
        var normal = around.DefaultIfEmpty(0).Max();
        return
        [
            new Figure(
                $"retention of one day, {before:N0} rows ({removed:N0} by estimate)",
                $"{took.TotalMilliseconds:0} ms",
                "",
                took.TotalSeconds < 1
            ),
            new Figure(
                $"longest commit of {Writers} writers meanwhile",
                $"{longest:0.0} ms",
                $"{normal:0.0} ms without retention",
                longest < Math.Max(100, 2 * normal)
            ),
        ];

        async Task WriteAsync()
        {
            while (!ending.IsCancellationRequested)
            {
                var at = Stopwatch.GetTimestamp();
                await using (var work = units.Create(new InboxKey(Guid.NewGuid(), Guid.CreateVersion7())))
                    await work.CommitAsync(CancellationToken.None);
                lock (gate)
                    latencies.Add((at, Stopwatch.GetElapsedTime(at).TotalMilliseconds));
            }
        }

        async Task<long> CountAsync() =>
            (
                await units.QueryAsync(
                    new Statement($"SELECT count(*) FROM coordination.inbox WHERE bucket = {Preload.Bucket(Preload.Days)}"),
                    row => row.GetInt64(0),
                    ct
                )
            )[0];
    }
}
