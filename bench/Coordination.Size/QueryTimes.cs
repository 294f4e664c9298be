using Coordination.Persistence;
using Npgsql;

namespace Coordination.Size;

/// <summary>Every statement the outbox asks all the time, on a backlog of each shape: its time in the server over many runs, and what it reads.</summary>
internal static class QueryTimes
{
    private const int Runs = 60;

    /// <summary>What a sweep claims as shipped.</summary>
    private static readonly int Batch = new OutboxOptions().SweepBatch;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(string database, long rows, Action<string> progress, CancellationToken ct)
    {
        var figures = new List<Figure>();
        await using var source = NpgsqlDataSource.Create(database);
        Shape[] more = [Shape.HandedOver, Shape.Due, Shape.DueGroups, Shape.StuckGroup, Shape.LongGroup];
        figures.AddRange(await MeasureShapeAsync(database, Shape.FutureTimers, progress, ct));
        foreach (var shape in more)
        {
            // What is due longest is looked at first: each shape lies before those that came earlier.
            await Preload.OutboxAsync(source, shape, rows / 10, progress, ct);
            figures.AddRange(await MeasureShapeAsync(database, shape, progress, ct));
        }
        return figures;
    }

    private static async Task<IReadOnlyList<Figure>> MeasureShapeAsync(
        string database,
        Shape shape,
        Action<string> progress,
        CancellationToken ct
    )
    {
        progress($"queries, {shape.Name}");
        using var plans = new PlanLog();
        await using var store = Installation.Open(database, plans);
        var outbox = store.Get<IOutboxStore>();
        var claimed = new List<IReadOnlyList<OutboxRow>>();
        var group = Guid.NewGuid();
        return
        [
            await TimeAsync($"claim of {Batch}", async () => claimed.Add(await outbox.ClaimDueAsync(Batch, Lease, ct))),
            await TimeAsync("next due", () => outbox.NextDueAsync(ct)),
            await TimeAsync("figures", () => outbox.FiguresAsync(ct)),
            await TimeAsync("older of a group", () => outbox.HasOlderAsync(group, long.MaxValue, ct)),
            await TimeAsync(
                "postpone 20",
                () =>
                    outbox.PostponeAsync(
                        [.. claimed.SelectMany(rows => rows).Take(20).Select(row => row.Id)],
                        "away",
                        Lease,
                        counts: false,
                        ct
                    )
            ),
            await TimeAsync(
                $"delete {Batch}",
                () =>
                {
                    var rows = claimed.FirstOrDefault(rows => rows.Count > 0) ?? [];
                    claimed.Remove(rows);
                    return outbox.DeleteAsync([.. rows.Select(row => row.Id)], ct);
                }
            ),
        ];

        async Task<Figure> TimeAsync(string what, Func<Task> action)
        {
            var times = new List<double>();
            var worst = "";
            for (var run = 0; run < Runs; run++)
            {
                plans.Take();
                await action();
                var executed = plans.Take();
                var time = executed.Sum(statement => statement.Milliseconds);
                if (times.Count == 0 || time > times.Max())
                    worst = string.Join("\n\n", executed.Select(statement => statement.Plan));
                times.Add(time);
            }
            times.Sort();
            return new Figure($"{what} ({shape.Name})", $"{times[Runs / 2]:0.00} ms", $"{times[^1]:0.00} ms", times[Runs / 2] < 5)
            {
                Detail = worst,
            };
        }
    }
}
