using System.Text;
using Coordination.Bench.Measuring;

namespace Coordination.Bench.Report;

/// <summary>The figures as Markdown.</summary>
internal static class Table
{
    private static readonly string[] Head =
    [
        "in flight",
        "contender",
        "per second",
        "rate, raw = 1",
        "CPU, raw = 1",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "client CPU ms",
        "database CPU ms",
        "broker CPU ms",
        "commits",
        "WAL bytes",
        "fsyncs",
    ];

    public static string Render(Machine machine, IReadOnlyList<Sample> samples, TimeSpan took)
    {
        var text = new StringBuilder();
        text.AppendLine($"{machine.Processors} × {machine.Processor}, {machine.MemoryGb} GB, {machine.OperatingSystem}");
        text.AppendLine($"{machine.Runtime}; {machine.Postgres}; {machine.Rabbit}; servers: {machine.Servers}");
        text.AppendLine(
            $"commit {machine.Commit}; load average before: {machine.LoadBefore}; {samples.Max(sample => sample.Round)} round(s) in {took.TotalMinutes:0.0} minutes"
        );
        foreach (var workload in samples.GroupBy(sample => sample.Workload))
            AppendWorkload(text, workload.Key, [.. workload]);
        text.AppendLine();
        text.Append("Every count was checked after every trial: nothing lost, nothing done twice, nothing left over.");
        return text.ToString();
    }

    private static void AppendWorkload(StringBuilder text, Workload workload, Sample[] samples)
    {
        var unit = workload switch
        {
            Workload.Effect => "message",
            Workload.Saga => "saga (12 messages, 11 of them handled exactly once)",
            _ => "run",
        };
        var rows = new List<string[]> { Head };
        foreach (var level in samples.GroupBy(sample => sample.InFlight))
        {
            var raw = level.Where(sample => sample.Contender == "raw").ToDictionary(sample => sample.Round);
            // In the order of the first round, which is that of the list of contenders.
            foreach (var contender in level.OrderBy(sample => sample.Round).GroupBy(sample => sample.Contender))
                rows.Add(Row(level.Key, contender.Key, [.. contender], raw));
        }
        text.AppendLine().AppendLine($"{workload.ToString().ToLowerInvariant()}: figures per {unit}").AppendLine();
        var widths = Enumerable.Range(0, Head.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        rows.Insert(1, [.. widths.Select((width, column) => column == 1 ? new string('-', width) : new string('-', width - 1) + ":")]);
        foreach (var row in rows)
            text.AppendLine(
                $"| {string.Join(" | ", row.Select((cell, i) => i == 1 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i])))} |"
            );
    }

    private static string[] Row(int inFlight, string name, Sample[] rounds, Dictionary<int, Sample> raw)
    {
        var latencies = rounds.SelectMany(sample => sample.LatenciesMs).Order().ToArray();
        // A ratio only compares neighbours: both sides from the same round.
        var pairs = rounds
            .Where(sample => raw.ContainsKey(sample.Round))
            .Select(sample => (Mine: sample, Raw: raw[sample.Round]))
            .ToArray();
        return
        [
            $"{inFlight:N0}",
            name,
            $"{Median(rounds, sample => sample.PerSecond):N0}",
            Ratio(pairs.Select(pair => pair.Mine.PerSecond / pair.Raw.PerSecond)),
            Ratio(pairs.Select(pair => Cpu(pair.Mine) / Cpu(pair.Raw))),
            $"{Percentile(latencies, 0.50):0.0}",
            $"{Percentile(latencies, 0.95):0.0}",
            $"{Percentile(latencies, 0.99):0.0}",
            Milliseconds(rounds, sample => sample.ClientCpuMs),
            Milliseconds(rounds, sample => sample.DatabaseCpuMs),
            Milliseconds(rounds, sample => sample.BrokerCpuMs),
            $"{Median(rounds, sample => sample.Commits):0.00}",
            $"{Median(rounds, sample => sample.WalBytes):N0}",
            $"{Median(rounds, sample => sample.Fsyncs):0.00}",
        ];
    }

    private static double Cpu(Sample sample) => (sample.ClientCpuMs + sample.DatabaseCpuMs + sample.BrokerCpuMs) ?? double.NaN;

    private static string Ratio(IEnumerable<double> ratios)
    {
        var all = ratios.Where(double.IsFinite).Order().ToArray();
        return all.Length == 0 ? "-" : $"{Percentile(all, 0.5):0.00}";
    }

    private static string Milliseconds(Sample[] rounds, Func<Sample, double?> value) =>
        rounds.Any(sample => value(sample) is null) ? "-" : $"{Median(rounds, sample => value(sample)!.Value):0.000}";

    private static double Median(Sample[] rounds, Func<Sample, double> value) => Percentile([.. rounds.Select(value).Order()], 0.5);

    private static double Percentile(double[] sorted, double share)
    {
        if (sorted.Length == 0)
            return double.NaN;
        // Between the two neighbours, so that the median of two rounds is their mean.
        var place = share * (sorted.Length - 1);
        int below = (int)place,
            above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
    }
}
