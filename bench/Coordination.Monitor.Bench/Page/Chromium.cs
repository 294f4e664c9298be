using Microsoft.Playwright;

namespace Coordination.Monitor.Bench.Page;

/// <summary>The system's Chromium, with pages in profiles of their own.</summary>
internal sealed class Chromium : IAsyncDisposable
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

    private readonly IPlaywright driver;
    private readonly IBrowser browser;

    private Chromium(IPlaywright driver, IBrowser browser) => (this.driver, this.browser) = (driver, browser);

    public static async Task<Chromium> StartAsync()
    {
        Environment.SetEnvironmentVariable("PLAYWRIGHT_NODEJS_PATH", OnPath("node"));
        var started = await Playwright.CreateAsync();
        var program = Environment.GetEnvironmentVariable("COORDINATION_CHROMIUM") ?? OnPath("chromium");
        return new Chromium(
            started,
            await started.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = program, Args = Arguments })
        );
    }

    /// <summary>A page that has nothing in its cache.</summary>
    public async Task<IPage> ColdPageAsync()
    {
        var profile = await browser.NewContextAsync(
            new BrowserNewContextOptions
            {
                ViewportSize = new ViewportSize { Width = 1440, Height = 900 },
            }
        );
        profile.SetDefaultTimeout(60_000);
        return await profile.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        driver.Dispose();
    }

    private static string OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException(
            $"There is no {program} on the PATH: install Chromium and Node.js 20, or name Chromium in COORDINATION_CHROMIUM."
        );
}
