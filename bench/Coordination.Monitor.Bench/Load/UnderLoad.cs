using System.Globalization;
using Coordination.Bench.Measuring;
using Coordination.Bench.Report;
using Coordination.Monitor.Bench.Feeding;
using Coordination.Monitor.Bench.Page;
using Coordination.Monitor.Bench.Report;
using Microsoft.Playwright;

namespace Coordination.Monitor.Bench.Load;

/// <summary>
/// Runs under load while the monitor beside them is watched, killed, absent and started again, window after window: what it takes from them, and how soon the open
/// page is live again.
/// </summary>
internal sealed class UnderLoad(Figures figures, TextWriter progress, int rounds, TimeSpan window)
{
    private const int InFlight = 16;
    private const int Watching = 10;
    private static readonly string[] States = ["watched", "just killed", "absent", "just started"];

    /// <returns>A table of the windows.</returns>
    public async Task<string> MeasureAsync()
    {
        await using var backbone = await Backbone.StartAsync();
        await using var monitor = new MonitorProcess(backbone.Database);
        await monitor.StartAsync();
        await using var viewers = new Viewers(monitor.Address, Watching);
        await using var chromium = await Chromium.StartAsync();
        // Drawing rows is the viewer's machine's work, which here is the same: this page has the live mark and draws nothing else.
        var page = await chromium.ColdPageAsync();
        await page.GotoAsync(new Uri(monitor.Address, "settings").ToString());
        await page.WaitForFunctionAsync(Scripts.IsLive);
        double most;
        await using (var warm = new Lanes(backbone, InFlight, perSecond: null))
        {
            await warm.WindowAsync(TimeSpan.FromSeconds(8));
            most = (await warm.WindowAsync(window)).PerSecond;
        }
        var table = new MarkdownTable(
            "load",
            "monitor",
            "windows>",
            "runs/s>",
            "lowest>",
            "highest>",
            "p50 ms>",
            "p99 ms>",
            "monitor, % of a core>",
            "machine busy, %>"
        );
        List<Restart> live = [];
        foreach (var (name, rate) in new (string, double?)[] { ("half of what it can", Math.Round(most / 2)), ("all it can", null) })
        {
            var ended = States.ToDictionary(state => state, _ => new List<Ended>(), StringComparer.Ordinal);
            await using (var lanes = new Lanes(backbone, InFlight, rate))
            {
                await lanes.WindowAsync(window / 2);
                for (var round = 0; round < rounds; round++)
                    live.Add(await RoundAsync(lanes, monitor, viewers, page, ended, $"{name}, round {round + 1}/{rounds}"));
            }
            foreach (var state in States)
                table.Add([name, state, .. Row(ended[state])]);
            Compare(name, ended);
        }
        figures.AtMost(
            $"killed and started under load: from its first answer until the open page is live, no reload (worst of {live.Count})",
            live.Max(one => one.Live),
            5,
            "s",
            "0.0"
        );
        figures.Tell(
            "its start under load until that answer (worst)",
            $"{live.Max(one => one.Started).ToString("0.0", CultureInfo.InvariantCulture)} s"
        );
        return table.ToString();
    }

    private async Task<Restart> RoundAsync(
        Lanes lanes,
        MonitorProcess monitor,
        Viewers viewers,
        IPage page,
        Dictionary<string, List<Ended>> ended,
        string name
    )
    {
        await Testing.Eventually.Until(() => viewers.Open == Watching, TimeSpan.FromSeconds(30), "the viewers to be connected");
        ended["watched"].Add(await lanes.WindowAsync(window, monitor));
        await monitor.KillAsync();
        ended["just killed"].Add(await lanes.WindowAsync(window));
        ended["absent"].Add(await lanes.WindowAsync(window));
        // The monitor is gone already.
        var again = Restart.MeasureAsync(page, monitor, TimeSpan.Zero);
        ended["just started"].Add(await lanes.WindowAsync(window, monitor));
        var restart = await again;
        await progress.WriteLineAsync(
            $"{name}: {string.Join(", ", States.Select(state => $"{state} {ended[state][^1].PerSecond:0.0}/s"))}; answers after {restart.Started:0.0} s, live {restart.Live:0.0} s later"
        );
        return restart;
    }

    /// <summary>Round by round: what a machine does in one minute says little of the next. Noise is how far the two windows without a monitor are from each other.</summary>
    private void Compare(string name, Dictionary<string, List<Ended>> ended)
    {
        var all = ended["absent"].Select((absent, round) => Of(round)).ToList();
        figures.AtMost(
            $"fewer runs while it is watched, {name} (median of {all.Count} rounds; budget: how far windows without it are apart)",
            Percentile.Median(all.Select(one => one.Watched)),
            all.Max(one => one.Noise),
            "%",
            "0.0"
        );
        figures.AtMost(
            $"fewer runs in the {window.TotalSeconds:0} s in which it starts, {name} (median)",
            Percentile.Median(all.Select(one => one.Starting)),
            all.Max(one => one.Noise),
            "%",
            "0.0"
        );

        (double Watched, double Starting, double Noise) Of(int round)
        {
            var (killed, absent) = (ended["just killed"][round].PerSecond, ended["absent"][round].PerSecond);
            var without = (killed + absent) / 2;
            double Less(string state) => 100 * (1 - ended[state][round].PerSecond / without);
            return (Less("watched"), Less("just started"), 100 * Math.Abs(killed - absent) / without);
        }
    }

    private static string[] Row(List<Ended> windows)
    {
        double[] rates = [.. windows.Select(one => one.PerSecond).Order()];
        double[] times = [.. windows.SelectMany(one => one.Ms).Order()];
        return
        [
            $"{windows.Count}",
            Write(Percentile.Of(rates, 0.5)),
            Write(rates[0]),
            Write(rates[^1]),
            Write(Percentile.Of(times, 0.5)),
            Write(Percentile.Of(times, 0.99)),
            Write(Percentile.Median(windows.Select(one => one.MonitorPercent))),
            Write(Percentile.Median(windows.Select(one => one.MachinePercent))),
        ];
    }

    private static string Write(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}
