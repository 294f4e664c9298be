using System.Collections.Concurrent;
using System.Diagnostics;
using Coordination.Monitor.Browser.Tests.Hosts;
using Coordination.Testing;
using Microsoft.Playwright;

namespace Coordination.Monitor.Browser.Tests.Driving;

/// <summary>
/// A page in a profile of its own, watched: whatever the console complains of, requests that fail, violations of the content security policy, scripts that ran where
/// none may and requests to other origins are kept in <see cref="Faults"/>, and closing it fails the test if there are any.
/// </summary>
internal sealed class Tab : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Longer than the page waits before it says that it is loading.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(200);

    // The page gives a request up after ten seconds.
    private static readonly TimeSpan GivenUp = TimeSpan.FromSeconds(11);
    private ConcurrentQueue<string> faults = new();
    private readonly ConcurrentDictionary<IRequest, long> underWay = new();

    private Tab(IBrowserContext profile, IPage page, MonitorHost host) => (Profile, Page, Host) = (profile, page, host);

    public IPage Page { get; }
    public MonitorHost Host { get; }
    public IBrowserContext Profile { get; }

    /// <summary>What went wrong so far, except for what the test expects.</summary>
    public IReadOnlyList<string> Faults =>
        [.. faults.Where(fault => !Expected.Any(word => fault.Contains(word, StringComparison.Ordinal)))];

    /// <summary>Parts of faults that belong to what is tested, for example <c>503</c>.</summary>
    public IList<string> Expected { get; } = [];

    public static async Task<Tab> OpenAsync(Chromium chromium, MonitorHost host, TabOptions? options = null)
    {
        options ??= new TabOptions();
        var profile = await chromium.ProfileAsync(
            new BrowserNewContextOptions
            {
                ViewportSize = new ViewportSize { Width = options.Width, Height = options.Height },
                ColorScheme = options.Dark ? ColorScheme.Dark : ColorScheme.Light,
                ReducedMotion = options.ReducedMotion ? ReducedMotion.Reduce : ReducedMotion.NoPreference,
                ForcedColors = options.ForcedColors ? ForcedColors.Active : ForcedColors.None,
                Locale = "en-GB",
                TimezoneId = "Europe/Berlin",
            }
        );
        await profile.AddCookiesAsync([
            new Cookie
            {
                Name = "who",
                Value = SignIn.Cookie(options.User, options.Roles),
                Url = host.Address.GetLeftPart(UriPartial.Authority),
            },
        ]);
        profile.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        // Scripts that are put in before the page's own are not the page's: the policy holds for everything else.
        await profile.AddInitScriptAsync(await Axe.SourceAsync());
        await profile.AddInitScriptAsync(
            "globalThis.__violations = []; document.addEventListener('securitypolicyviolation', event => globalThis.__violations.push(`${event.violatedDirective} ${event.blockedURI}`))"
        );
        var tab = new Tab(profile, await profile.NewPageAsync(), host);
        tab.Watch(tab.Page);
        return tab;
    }

    /// <summary>Opens a route cold and waits until it has settled.</summary>
    public async Task GoAsync(string route)
    {
        for (var times = 1; ; times++)
        {
            string[] before = [.. faults];
            try
            {
                await Page.GotoAsync(At(route), new PageGotoOptions { WaitUntil = WaitUntilState.DOMContentLoaded });
                await SettleAsync();
                if (times == 3 || !HasNetworkChanged())
                    return;
            }
            catch (Exception failed) when (times < 3 && failed is TimeoutException or PlaywrightException && HasNetworkChanged())
            {
                // The machine got or lost a network, for example of a container, and the browser broke off whatever was under way.
            }
            faults = new ConcurrentQueue<string>(before);
        }
    }

    private bool HasNetworkChanged() => faults.Any(fault => fault.Contains("ERR_NETWORK_CHANGED", StringComparison.Ordinal));

    public string At(string route) => new Uri(Host.Address, route.TrimStart('/')).ToString();

    /// <summary>The route the page is at, with its query.</summary>
    public string Route => Page.Url[(Host.Address.ToString().Length - 1)..];

    /// <summary>Until the page has gone on to a route that begins so; if it does not, what is on it instead.</summary>
    public async Task ShouldComeToAsync(string route)
    {
        try
        {
            await Eventually.Until(() => Route.StartsWith(route, StringComparison.Ordinal), Patience, $"the page to come to {route}");
        }
        catch (TimeoutException late)
        {
            var shown = await Page.EvaluateAsync<string>("() => (document.querySelector('dialog[open]') ?? document.body).innerText");
            throw new TimeoutException($"{late.Message} It is at {Route} and shows:\n{shown}\n{string.Join("\n", Faults)}", late);
        }
    }

    /// <summary>Until there is a heading, nothing is being loaded, and nothing is asked for.</summary>
    public async Task SettleAsync()
    {
        var noise = Stopwatch.GetTimestamp();
        try
        {
            await Eventually.Until(
                async () =>
                {
                    var ready = await Page.EvaluateAsync<bool>(
                        "() => !!document.querySelector('main h1') && !document.querySelector('main [role=status][aria-label]')"
                    );
                    if (!ready || underWay.Values.Any(since => Stopwatch.GetElapsedTime(since) < GivenUp))
                        noise = Stopwatch.GetTimestamp();
                    return Stopwatch.GetElapsedTime(noise) > Quiet;
                },
                Patience,
                $"{Route} to settle"
            );
        }
        catch (TimeoutException late)
        {
            var open = string.Join(", ", underWay.Keys.Select(request => request.Url));
            throw new TimeoutException($"{late.Message} Under way: {open}. {string.Join("\n", Faults)}", late);
        }
    }

    /// <summary>Until a change of the window is drawn.</summary>
    public async Task DrawnAsync() =>
        await Page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))");

    /// <summary>For what the page itself waits for, by its own clock.</summary>
    public async Task WaitAsync(TimeSpan time)
    {
        var until = await Page.EvaluateAsync<double>("() => performance.now()") + time.TotalMilliseconds;
        await Page.WaitForFunctionAsync("until => performance.now() > until", until);
    }

    public Task<string> HeadingAsync() => Page.Locator("main h1").First.InnerTextAsync();

    public async Task ShouldBeSoundAsync(string where)
    {
        foreach (var violation in await Page.EvaluateAsync<string[]>("() => globalThis.__violations ?? []"))
            faults.Enqueue($"content security policy: {violation}");
        Assert.True(Faults.Count == 0, $"{where}:\n{string.Join("\n", Faults)}");
    }

    public async ValueTask DisposeAsync() => await Profile.DisposeAsync();

    private void Watch(IPage page)
    {
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                faults.Enqueue($"console {message.Type}: {message.Text}");
        };
        page.PageError += (_, error) => faults.Enqueue($"uncaught: {error}");
        page.Dialog += async (_, dialog) =>
        {
            faults.Enqueue($"a dialog was opened: {dialog.Message}");
            await dialog.DismissAsync();
        };
        page.Request += (_, request) =>
        {
            // The end of a shared worker's script is told to nobody.
            if (!request.Url.Contains("/assets/worker-", StringComparison.Ordinal))
                underWay.TryAdd(request, Stopwatch.GetTimestamp());
            if (!IsOurs(request.Url))
                faults.Enqueue($"request to another origin: {request.Url}");
        };
        page.RequestFinished += (_, request) => Forget(request);
        page.RequestFailed += (_, request) =>
        {
            Forget(request);
            // What a navigation or a newer request makes useless is given up, and that is no fault.
            if (request.Failure != "net::ERR_ABORTED")
                faults.Enqueue($"request failed: {request.Url} {request.Failure}");
        };
        page.Response += (_, response) =>
        {
            // Nobody tells what became of the requests of a page that is left.
            if (response.Request.IsNavigationRequest)
                underWay.Clear();
            if (response.Status >= 400)
                faults.Enqueue($"answered {response.Status}: {response.Url}");
        };
    }

    private void Forget(IRequest request) => underWay.TryRemove(request, out _);

    private bool IsOurs(string url) =>
        url.StartsWith(Host.Address.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)
        || url.StartsWith("data:image/", StringComparison.Ordinal)
        || url.StartsWith("blob:", StringComparison.Ordinal)
        || url == "about:blank";
}

internal sealed record TabOptions(
    int Width = 1440,
    int Height = 900,
    bool Dark = false,
    string User = "ann",
    string Roles = MonitorHost.Everything,
    bool ReducedMotion = false,
    bool ForcedColors = false
);
