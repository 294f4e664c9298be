using Coordination.Bench.Measuring;

namespace Coordination.Bench.Report;

/// <summary>What the persistence layer is to reach, and whether it does.</summary>
internal static class Goals
{
    private sealed record Goal(
        Workload Workload,
        int InFlight,
        string What,
        Func<Comparison, double[]> Measured,
        double AtLeast,
        double Aim,
        bool LessIsBetter = false
    )
    {
        public bool Holds(double measured, double limit) => LessIsBetter ? measured <= limit : measured >= limit;

        public string Limit(double value) => $"{(LessIsBetter ? "≤" : "≥")} {value:0.0}";
    }

    private static readonly Goal[] All =
    [
        new(Workload.Effect, 1, "p50, x raw", P50, 1.5, 1.1, LessIsBetter: true),
        new(Workload.Effect, 64, "rate, x raw", Rate, 0.8, 1.2),
        new(Workload.Effect, 1_000, "rate, x raw", Rate, 1.2, 2.0),
        new(Workload.Saga, 1, "p50, x raw", P50, 1.5, 1.0, LessIsBetter: true),
        new(Workload.Saga, 64, "rate, x raw", Rate, 0.8, 1.5),
        new(Workload.Saga, 64, "p99, x raw", P99, 2.0, 2.0, LessIsBetter: true),
        new(Workload.Saga, 256, "rate, x raw", Rate, 1.0, 2.0),
        new(Workload.Local, 1, "p50, ms", P50Ms, 12, 6, LessIsBetter: true),
        new(Workload.Local, 64, "rate, x raw's saga", Rate, 1.3, 4.0),
    ];

    public static MarkdownTable Table(IReadOnlyList<Sample> windows)
    {
        var table = new MarkdownTable("workload", "in flight>", "of ours>", "measured>", "in the rounds>", "at least>", "aim>", "reached");
        foreach (var goal in All)
        {
            if (
                Comparison.Of(windows, "ours", goal.Workload, goal.InFlight) is not { } ours
                || goal.Measured(ours) is not { Length: > 0 } rounds
            )
                continue;
            var measured = Percentile.Of(rounds, 0.5);
            var reached =
                goal.Holds(measured, goal.Aim) ? "aim"
                : goal.Holds(measured, goal.AtLeast) ? "at least"
                : "no";
            table.Add(
                goal.Workload.ToString().ToLowerInvariant(),
                $"{goal.InFlight:N0}",
                goal.What,
                $"{measured:0.00}",
                $"{rounds[0]:0.00} to {rounds[^1]:0.00}",
                goal.Limit(goal.AtLeast),
                goal.Limit(goal.Aim),
                reached
            );
        }
        return table;
    }

    private static double[] Rate(Comparison ours) => ours.Ratios(window => window.PerSecond);

    private static double[] P50(Comparison ours) => ours.Ratios(window => window.P50Ms);

    private static double[] P99(Comparison ours) => ours.Ratios(window => window.P99Ms);

    private static double[] P50Ms(Comparison ours) => [.. ours.Windows.Select(window => window.P50Ms).Order()];
}
