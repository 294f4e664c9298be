using System.Diagnostics;
using System.Globalization;
using Coordination.Bench.Measuring;
using Coordination.Monitor.Bench.Feeding;
using Coordination.Monitor.Bench.Report;
using Microsoft.Playwright;

namespace Coordination.Monitor.Bench.Page;

/// <summary>The page in Chromium, on a monitor whose database has many runs, 400 of which change every second.</summary>
internal static class PageBudgets
{
    private const int Rows = 50_000;
    private const int ChangesPerSecond = 400;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    public static async Task MeasureAsync(string database, Figures figures)
    {
        await using var monitor = new MonitorProcess(database);
        await monitor.StartAsync();
        var bundle = await Bundle.ReadAsync(monitor.Address);
        figures.AtMost("JavaScript of every page, gzip", bundle.InitialKb, 110, "kB", "0.0");
        figures.AtMost($"largest chunk of a route ({bundle.LargestRoute.Split('-')[0]}), gzip", bundle.LargestRouteKb, 90, "kB", "0.0");
        await using var chromium = await Chromium.StartAsync();
        foreach (var route in new[] { "runs", "" })
            await FirstPaintAsync(chromium, monitor, route, figures);
        var page = await chromium.ColdPageAsync();
        await OpenListAsync(page, monitor);
        await LongListAsync(page, figures);
        await LiveAsync(page, database, monitor, figures);
        await page.Context.CloseAsync();
        await ViewersAsync(database, monitor, figures);
        await RestartAsync(chromium, monitor, figures);
    }

    private static async Task FirstPaintAsync(Chromium chromium, MonitorProcess monitor, string route, Figures figures)
    {
        List<double> paints = [];
        for (var time = 0; time < 6; time++)
        {
            var page = await chromium.ColdPageAsync();
            await page.GotoAsync(new Uri(monitor.Address, route).ToString());
            await page.Locator("main h1").First.WaitForAsync();
            paints.Add(await page.EvaluateAsync<double>(Scripts.FirstPaint));
            await page.Context.CloseAsync();
        }
        // The first one also warms the server up.
        figures.AtMost(
            $"first paint, {(route.Length == 0 ? "overview" : route)}, nothing cached (median of 5)",
            Percentile.Median(paints.Skip(1)),
            800,
            "ms"
        );
    }

    private static async Task OpenListAsync(IPage page, MonitorProcess monitor)
    {
        await page.GotoAsync(new Uri(monitor.Address, "runs").ToString());
        await page.Locator("[data-row-id]").First.WaitForAsync();
    }

    private static async Task LongListAsync(IPage page, Figures figures)
    {
        var clock = Stopwatch.StartNew();
        var rows = await page.EvaluateAsync<int>(Scripts.LoadRows, Rows);
        figures.Tell(
            "rows scrolled through to the end of the list",
            $"{rows.ToString("#,0", CultureInfo.InvariantCulture)} in {clock.Elapsed.TotalSeconds:0} s"
        );
        List<double> jumps = [];
        foreach (var share in new[] { 0.5, 0.1, 0.9, 0.3, 0.7, 0.02, 0.95 })
            jumps.Add(await page.EvaluateAsync<double>(Scripts.Jump, share));
        figures.AtMost("jump within these rows (median of 7)", Percentile.Median(jumps), 100, "ms");
        figures.Tell("the slowest of these jumps", $"{Write(jumps.Max(), "0")} ms");
        figures.AtMost(
            "blank in a fast scroll over them, 6 s",
            await page.EvaluateAsync<double>(Scripts.FastScroll, 6_000),
            10,
            "%",
            "0.0"
        );
    }

    private static async Task LiveAsync(IPage page, string database, MonitorProcess monitor, Figures figures)
    {
        await page.EvaluateAsync("() => document.querySelector('[data-testid=run-grid]').scrollTo(0, 0)");
        await using var changes = await Changes.StartAsync(database, ChangesPerSecond);
        var devTools = await page.Context.NewCDPSessionAsync(page);
        await devTools.SendAsync("Performance.enable");
        await Task.Delay(TimeSpan.FromSeconds(3));
        var (busy, cpu, made) = (await BusyAsync(devTools), monitor.CpuSeconds, changes.Made);
        await Task.Delay(Window);
        var spent = await BusyAsync(devTools) - busy;
        figures.AtMost("main thread in 10 s with these rows and 400 changes a second", spent, 1.5, "s", "0.00");
        figures.Tell("changes a second then", Write((changes.Made - made) / Window.TotalSeconds, "0"));
        figures.Tell(
            "the monitor's processor time then: list kept, one viewer",
            $"{Write((monitor.CpuSeconds - cpu) / Window.TotalSeconds * 100, "0.0")} % of a core"
        );
    }

    private static async Task ViewersAsync(string database, MonitorProcess monitor, Figures figures)
    {
        await using var changes = await Changes.StartAsync(database, ChangesPerSecond);
        List<double> one = [],
            hundred = [];
        var sent = 0.0;
        for (var round = 0; round < 3; round++)
        {
            foreach (var (count, shares) in new[] { (1, one), (101, hundred) })
            {
                await using var viewers = new Viewers(monitor.Address, count);
                await Until(() => viewers.Open == count, "the viewers to be connected");
                await Task.Delay(TimeSpan.FromSeconds(2));
                var (cpu, bytes, clock) = (monitor.CpuSeconds, viewers.Bytes, Stopwatch.StartNew());
                await Task.Delay(Window);
                shares.Add((monitor.CpuSeconds - cpu) / clock.Elapsed.TotalSeconds * 100);
                sent = (viewers.Bytes - bytes) / clock.Elapsed.TotalSeconds / count / 1000;
            }
        }
        var (before, after) = (Percentile.Median(one), Percentile.Median(hundred));
        figures.AtMost("100 viewers more, 400 changes a second (medians of 3)", after - before, 10, "% of a core", "0.0");
        figures.Tell("the monitor with 1 and with 101 viewers", $"{Write(before, "0.0")} and {Write(after, "0.0")} % of a core");
        figures.Tell("sent to each viewer", $"{Write(sent, "0")} kB/s");
    }

    private static async Task RestartAsync(Chromium chromium, MonitorProcess monitor, Figures figures)
    {
        var page = await chromium.ColdPageAsync();
        await OpenListAsync(page, monitor);
        await page.WaitForFunctionAsync(Scripts.IsLive);
        List<Restart> all = [];
        for (var time = 0; time < 3; time++)
            all.Add(await Restart.MeasureAsync(page, monitor, absent: TimeSpan.FromSeconds(4)));
        figures.AtMost(
            "killed, absent 4 s, started: from its first answer until the open page is live, no reload (worst of 3)",
            all.Max(one => one.Live),
            5,
            "s",
            "0.0"
        );
        figures.Tell("its start until that answer (worst)", $"{Write(all.Max(one => one.Started), "0.0")} s");
        await page.Context.CloseAsync();
    }

    private static Task Until(Func<bool> condition, string what) => Testing.Eventually.Until(condition, TimeSpan.FromSeconds(30), what);

    private static async Task<double> BusyAsync(ICDPSession devTools)
    {
        var metrics = (await devTools.SendAsync("Performance.getMetrics"))!.Value;
        return metrics
            .GetProperty("metrics")
            .EnumerateArray()
            .Single(metric => metric.GetProperty("name").GetString() == "TaskDuration")
            .GetProperty("value")
            .GetDouble();
    }

    private static string Write(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
