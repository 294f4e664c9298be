using System.Text;
using Coordination.Bench.Measuring;

namespace Coordination.Bench.Report;

/// <summary>The results as Markdown.</summary>
internal static class Page
{
    public static string Render(Results results)
    {
        var machine = results.Machine;
        var rounds = results.Windows.Select(window => window.Round).DefaultIfEmpty(0).Max();
        var text = new StringBuilder();
        text.AppendLine($"* {machine.Processors} × {machine.Processor}, {machine.MemoryGb} GB, {machine.OperatingSystem}");
        text.AppendLine($"* {machine.Runtime}; {machine.Postgres}; {machine.Rabbit}; servers: {machine.Servers}");
        text.AppendLine($"* commit {machine.Commit}, {machine.Date}; load average before: {machine.LoadBefore}");
        text.AppendLine($"* {rounds} round(s), {results.Minutes:0} minutes");
        AppendOtherWork(text, results.Windows);
        if (Goals.Table(results.Windows) is { IsEmpty: false } goals)
            text.AppendLine().AppendLine("### Goals").AppendLine().Append(goals);
        foreach (var workload in results.Windows.GroupBy(window => window.Workload).OrderBy(group => group.Key))
            AppendWorkload(text, workload.Key, results.Windows);
        AppendProfiles(text, results.Windows);
        text.AppendLine();
        text.AppendLine("bus-only keeps sagas in memory, has no inbox and no outbox and writes no row: it is not durable.").AppendLine();
        text.Append("Every count was checked after every trial: nothing lost, nothing done twice, nothing left over.");
        return text.ToString();
    }

    /// <summary>Replaces the tables of a page.</summary>
    /// <exception cref="FormatException">It has no place for them.</exception>
    public static void Put(string file, string tables)
    {
        const string first = "<!-- figures -->",
            last = "<!-- end of figures -->";
        var page = File.ReadAllText(file);
        int begin = page.IndexOf(first, StringComparison.Ordinal),
            end = page.IndexOf(last, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
            throw new FormatException($"{file} has no line \"{first}\" before a line \"{last}\".");
        File.WriteAllText(file, $"{page[..(begin + first.Length)]}\n\n{tables}\n\n{page[end..]}");
    }

    private static void AppendOtherWork(StringBuilder text, IReadOnlyList<Sample> windows)
    {
        var shares = windows.Select(window => window.OtherWork ?? double.NaN).Where(double.IsFinite).Order().ToArray();
        if (shares.Length == 0)
            return;
        var disturbed = windows.Count(window => window.IsDisturbed);
        text.AppendLine($"* other work on the machine used {Percentile.Of(shares, 0.5):P0} of the processors (median of the windows)");
        text.AppendLine(
            $"* it used more than {Sample.MostOtherWork:P0} in {disturbed} of {windows.Count} windows, which are left out where others are left"
        );
    }

    private static void AppendWorkload(StringBuilder text, Workload workload, IReadOnlyList<Sample> windows)
    {
        var speed = new MarkdownTable(
            "in flight>",
            "contender",
            "per second>",
            "x raw>",
            "p50 ms>",
            "x raw>",
            "p95 ms>",
            "p99 ms>",
            "x raw>",
            "CPU ms>",
            "x raw>"
        );
        var profile = new MarkdownTable(
            "in flight>",
            "contender",
            "client CPU ms>",
            "database CPU ms>",
            "broker CPU ms>",
            "round trips>",
            "commits>",
            "fsyncs>",
            "WAL bytes>",
            "broker writes>",
            "allocated kB>"
        );
        foreach (var inFlight in windows.Where(window => window.Workload == workload).Select(window => window.InFlight).Distinct().Order())
        {
            foreach (var contender in Contenders.All.Keys)
            {
                if (Comparison.Of(windows, contender, workload, inFlight) is not { } c)
                    continue;
                speed.Add(
                    $"{inFlight:N0}",
                    contender,
                    Number(c, window => window.PerSecond, "N0"),
                    Ratio(c, window => window.PerSecond),
                    Number(c, window => window.P50Ms, "0.0"),
                    Ratio(c, window => window.P50Ms),
                    Number(c, window => window.P95Ms, "0.0"),
                    Number(c, window => window.P99Ms, "0.0"),
                    Ratio(c, window => window.P99Ms),
                    Number(c, window => window.CpuMs, "0.000"),
                    Ratio(c, window => window.CpuMs)
                );
                profile.Add(
                    $"{inFlight:N0}",
                    contender,
                    Number(c, window => window.ClientCpuMs, "0.000"),
                    Number(c, window => window.DatabaseCpuMs, "0.000"),
                    Number(c, window => window.BrokerCpuMs, "0.000"),
                    Number(c, window => window.RoundTrips, "0.00"),
                    Number(c, window => window.Commits, "0.00"),
                    Number(c, window => window.Fsyncs, "0.00"),
                    Number(c, window => window.WalBytes, "N0"),
                    Number(c, window => window.BrokerWrites, "0.00"),
                    Number(c, window => window.AllocatedBytes / 1024, "0.0")
                );
            }
        }
        var unit = workload switch
        {
            Workload.Effect => "message",
            Workload.Saga or Workload.Local => "saga (12 messages, 11 of them handled exactly once)",
            _ => "run",
        };
        text.AppendLine().AppendLine($"### {workload.ToString().ToLowerInvariant()}").AppendLine().Append(speed);
        text.AppendLine().AppendLine($"Where it goes, per {unit}:").AppendLine().Append(profile);
    }

    private static void AppendProfiles(StringBuilder text, IReadOnlyList<Sample> windows)
    {
        foreach (
            var level in windows.Where(window => window.ClientAreasMs is not null).GroupBy(window => (window.Workload, window.InFlight))
        )
        {
            string[] contenders = [.. Contenders.All.Keys.Where(name => level.Any(window => window.Contender == name))];
            var table = new MarkdownTable(["µs of the client's CPU", .. contenders.Select(name => name + ">")]);
            var total = level.SelectMany(window => window.ClientAreasMs!).GroupBy(area => area.Key, area => area.Value);
            foreach (var area in total.OrderByDescending(values => values.Sum()).Select(values => values.Key))
                table.Add([area, .. contenders.Select(name => $"{MedianOf(name, area) * 1_000:N0}")]);
            text.AppendLine()
                .AppendLine(
                    $"### {level.Key.Workload.ToString().ToLowerInvariant()}, {level.Key.InFlight:N0} in flight: the client's time"
                );
            text.AppendLine().Append(table);

            double MedianOf(string name, string area) =>
                Percentile.Median(
                    level.Where(window => window.Contender == name).Select(window => window.ClientAreasMs!.GetValueOrDefault(area))
                );
        }
    }

    private static string Number(Comparison comparison, Func<Sample, double?> value, string format)
    {
        var median = comparison.Median(window => value(window) ?? double.NaN);
        return double.IsFinite(median) ? median.ToString(format) : "-";
    }

    private static string Ratio(Comparison comparison, Func<Sample, double?> value) =>
        comparison.Ratios(value) is { Length: > 0 } ratios ? $"{Percentile.Of(ratios, 0.5):0.00}" : "-";
}
