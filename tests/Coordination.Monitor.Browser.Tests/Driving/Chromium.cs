using System.Diagnostics.CodeAnalysis;
using Microsoft.Playwright;

namespace Coordination.Monitor.Browser.Tests.Driving;

/// <summary>The one browser of all tests: the system's Chromium, started with the first page that is asked for. Every tab has a profile of its own.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Arguments =
    [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ];

    private readonly SemaphoreSlim gate = new(1, 1);
    private IPlaywright? driver;
    private IBrowser? browser;

    /// <summary>A profile: what cookies, preferences and the live connection are shared in.</summary>
    internal async Task<IBrowserContext> ProfileAsync(BrowserNewContextOptions options) =>
        await (await StartedAsync()).NewContextAsync(options);

    /// <summary>For what a profile cannot do: workers shared by several windows.</summary>
    internal async Task<IBrowser> StartedAsync()
    {
        await gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (browser is { IsConnected: true })
                return browser;
            // One that was ended from outside takes the tests that used it with it, and no others.
            driver?.Dispose();
            return browser = await StartAsync();
        }
        finally
        {
            gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        driver?.Dispose();
        gate.Dispose();
    }

    private async Task<IBrowser> StartAsync()
    {
        var program = Environment.GetEnvironmentVariable("COORDINATION_CHROMIUM") ?? OnPath("chromium") ?? "/usr/bin/chromium";
        File.Exists(program).ShouldBeTrue($"There is no Chromium at {program}: install it, or name it in COORDINATION_CHROMIUM.");
        OnPath("node").ShouldNotBeNull("Node.js 20 or later drives the browser, and there is no node on the PATH.");
        // The package's own Node is not copied.
        Environment.SetEnvironmentVariable("PLAYWRIGHT_NODEJS_PATH", OnPath("node"));
        // Machines that run tests are busy; nothing is made slower by it that is right.
        Assertions.SetDefaultExpectTimeout((float)Tab.Patience.TotalMilliseconds);
        driver = await Playwright.CreateAsync();
        return await driver.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions
            {
                ExecutablePath = program,
                Args = Arguments,
                Headless = true,
            }
        );
    }

    [SuppressMessage("Performance", "CA1859", Justification = "Null when it is not there.")]
    private static string? OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}
