using System.Diagnostics;
using Microsoft.Playwright;

namespace Coordination.Monitor.Bench.Page;

/// <summary>A monitor that is killed and started again under an open page, in seconds.</summary>
/// <remarks>Started: from the start of the process until it answers. Live: from then until the page says that it is live; the page has not been loaded again.</remarks>
internal sealed record Restart(double Started, double Live)
{
    public static async Task<Restart> MeasureAsync(IPage page, MonitorProcess monitor, TimeSpan absent)
    {
        await page.EvaluateAsync("() => { globalThis.__same = true }");
        await monitor.KillAsync();
        await page.WaitForFunctionAsync(Scripts.IsBroken);
        await Task.Delay(absent);
        var clock = Stopwatch.StartNew();
        var started = StartAsync(monitor, clock);
        await page.WaitForFunctionAsync(Scripts.IsLive, null, new PageWaitForFunctionOptions { PollingInterval = 50 });
        var live = clock.Elapsed.TotalSeconds;
        if (!await page.EvaluateAsync<bool>("() => globalThis.__same === true"))
            throw new InvalidOperationException("The page was loaded again.");
        return new Restart(await started, Math.Max(0, live - await started));
    }

    private static async Task<double> StartAsync(MonitorProcess monitor, Stopwatch clock)
    {
        await monitor.StartAsync();
        return clock.Elapsed.TotalSeconds;
    }
}
