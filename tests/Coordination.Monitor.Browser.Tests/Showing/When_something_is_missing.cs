using System.Text.RegularExpressions;
using Coordination.Monitor.Browser.Tests.Driving;
using Coordination.Monitor.Browser.Tests.Hosts;
using Coordination.Testing;
using Microsoft.Playwright;

namespace Coordination.Monitor.Browser.Tests.Showing;

/// <summary>The states every view has beside its happy one: nothing there yet, an error, a missing role, old data, no such thing.</summary>
public sealed class When_something_is_missing(Chromium chromium, World world) : IAsyncLifetime
{
    private const string Nothing = "00000000-0000-7000-8000-000000000000";
    private static readonly string[] Lists =
    [
        "/",
        "/runs",
        "/consensus",
        "/consensus/voters",
        "/effects",
        "/timers",
        "/dead-letters",
        "/dead-letters/all",
        "/agents",
        "/flow",
        "/operations",
        "/audit",
    ];
    private static readonly string[] Unknown =
    [
        $"/runs/{Nothing}",
        $"/runs/{Nothing}/graph",
        $"/consensus/{Nothing}",
        "/dead-letters/m/999999",
        $"/operations/{Nothing}",
        $"/m/{Nothing}",
        $"/runs/compare?a={Nothing}&b={Nothing}",
        "/agents/nobody",
        "/no/such/page",
    ];
    private Seeded seeded = null!;

    // The views of a run fail as one while the run cannot be read. Settings reads nothing.
    public static IEnumerable<TheoryDataRow<string>> Names =>
        Places
            .All.Select(place => place.Name)
            .Where(name => name is "a run: timeline" or "a run: graph" || !name.StartsWith("a run", StringComparison.Ordinal))
            .Where(name => name != "settings")
            .Select(name => new TheoryDataRow<string>(name));

    public async ValueTask InitializeAsync() => seeded = await world.SeededAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact, Trait("req", "OPS-01")]
    public async Task A_fresh_database_says_what_will_appear()
    {
        await using var host = await MonitorHost.StartAsync(new MonitorHostOptions(WithAgents: false));
        await using var tab = await Tab.OpenAsync(chromium, host);
        foreach (var route in Lists)
        {
            await tab.GoAsync(route);
            var text = await tab.Page.Locator("main").InnerTextAsync();
            text.ShouldMatch("(?i)no .* yet|nothing|nobody|no timer|no message|none", route);
            await Axe.ShouldPassAsync(tab.Page, route);
            await Shots.TakeAsync(tab.Page, $"empty{route.Replace('/', '-')}");
        }
        await tab.ShouldBeSoundAsync("an empty monitor");
    }

    [Theory, MemberData(nameof(Names)), Trait("req", "OPS-01")]
    public async Task An_error_says_what_failed_with_its_trace_and_can_be_tried_again(string name)
    {
        await using var tab = await Tab.OpenAsync(chromium, seeded.Host);
        tab.Expected.Add("503");
        var broken = true;
        await tab.Page.RouteAsync(
            IsOtherThanMe,
            async route =>
            {
                if (broken)
                    await route.FulfillAsync(Unavailable);
                else
                    await route.ContinueAsync();
            }
        );
        await tab.GoAsync(Places.Of(name).Route(seeded));

        var panel = tab.Page.GetByTestId("error").First;
        await Assertions.Expect(panel).ToContainTextAsync("The database does not answer");
        await Assertions.Expect(panel).ToContainTextAsync("4bf92f35");
        await Axe.ShouldPassAsync(tab.Page, name);
        broken = false;
        // There may be two of them; and a change that is told meanwhile reads again by itself.
        await Eventually.Until(
            async () =>
            {
                if (await tab.Page.GetByTestId("error").CountAsync() == 0)
                    return true;
                await panel.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync(new() { Timeout = 1_000 });
                return false;
            },
            Tab.Patience,
            $"{name} without an error"
        );
        await Assertions.Expect(tab.Page.Locator("main")).ToContainTextAsync(Places.Of(name).Shows);
        await tab.ShouldBeSoundAsync(name);
    }

    [Fact, Trait("req", "OPS-01")]
    public async Task What_does_not_exist_is_said_to_be_missing()
    {
        await using var tab = await Tab.OpenAsync(chromium, seeded.Host);
        tab.Expected.Add("404");
        foreach (var route in Unknown)
        {
            await tab.GoAsync(route);
            (await tab.Page.Locator("main").InnerTextAsync()).ShouldMatch(
                "(?i)no such|not known|is known|there is no|never|removed",
                route
            );
            await Axe.ShouldPassAsync(tab.Page, route);
        }
        await tab.ShouldBeSoundAsync("routes to nothing");
    }

    [Fact, Trait("req", "OPS-01")]
    public async Task A_viewer_reads_everything_but_contents_and_every_button_says_which_role_it_needs()
    {
        await using var tab = await Tab.OpenAsync(chromium, seeded.Host, new TabOptions(User: "vic", Roles: "viewer"));

        await tab.GoAsync($"/runs/{seeded.Failed}/payloads");
        await Assertions.Expect(tab.Page.GetByTestId("payloads-locked")).ToContainTextAsync("payload reader");
        await Axe.ShouldPassAsync(tab.Page, "locked payloads");

        await tab.GoAsync($"/dead-letters/m/{seeded.Letter}");
        await Assertions.Expect(tab.Page.GetByText("The body is hidden")).ToBeVisibleAsync();
        foreach (var kind in new[] { "dead-letter.retry", "dead-letter.edit", "dead-letter.discard" })
            await ShouldBeLockedAsync(tab, $"action-{kind}");
        await Axe.ShouldPassAsync(tab.Page, "locked letter");

        await tab.GoAsync($"/consensus/{seeded.OpenBallot}");
        await ShouldBeLockedAsync(tab, "answer-submit");
        await Axe.ShouldPassAsync(tab.Page, "locked ballot");

        await tab.GoAsync("/timers");
        await ShouldBeLockedAsync(tab, "action-timer.move");
        await tab.GoAsync($"/runs/{seeded.Asking}");
        await ShouldBeLockedAsync(tab, "action-run.cancel");
        await ShouldBeLockedAsync(tab, "action-run.answer");
        await tab.GoAsync("/dead-letters");
        await ShouldBeLockedAsync(tab, "action-dead-letter.discard");
        await Shots.TakeAsync(tab.Page, "forbidden-dead-letters");
        await tab.ShouldBeSoundAsync("a viewer");
    }

    [Fact, Trait("req", "OPS-01")]
    public async Task Whoever_has_no_role_is_told_which_one_is_missing()
    {
        await using var tab = await Tab.OpenAsync(chromium, seeded.Host, new TabOptions(User: "nemo", Roles: ""));
        tab.Expected.Add("403");
        foreach (var route in new[] { "/", "/runs", $"/runs/{seeded.Failed}", "/consensus", "/dead-letters", "/audit" })
        {
            await tab.GoAsync(route);
            await Assertions.Expect(tab.Page.GetByTestId("forbidden").First).ToContainTextAsync("viewer");
            await Axe.ShouldPassAsync(tab.Page, route);
        }
        await Shots.TakeAsync(tab.Page, "forbidden");
        await tab.ShouldBeSoundAsync("nobody");
    }

    [Theory, Trait("req", "OPS-01")]
    [InlineData("overview")]
    [InlineData("consensus")]
    [InlineData("dead letters")]
    [InlineData("a run: timeline")]
    [InlineData("agents")]
    public async Task Old_data_is_kept_and_marked(string name)
    {
        await using var tab = await Tab.OpenAsync(chromium, seeded.Host);
        var place = Places.Of(name);
        await tab.GoAsync(place.Route(seeded));
        tab.Expected.Add("503");
        var broken = true;
        await tab.Page.RouteAsync(
            IsOtherThanMe,
            async route =>
            {
                if (broken)
                    await route.FulfillAsync(Unavailable);
                else
                    await route.ContinueAsync();
            }
        );
        // Another page and back: what is older than two seconds is read again, and the reading fails.
        await tab.Page.GetByTestId("nav-settings").ClickAsync();
        await tab.WaitAsync(TimeSpan.FromSeconds(2.1));
        await tab.Page.GoBackAsync();

        var mark = tab.Page.GetByTestId("stale").First;
        await Assertions.Expect(mark).ToContainTextAsync("Shown as of");
        await Assertions.Expect(tab.Page.Locator("main")).ToContainTextAsync(place.Shows);
        await Axe.ShouldPassAsync(tab.Page, name);
        await Shots.TakeAsync(tab.Page, $"stale-{name.Replace(": ", "-", StringComparison.Ordinal).Replace(' ', '-')}");
        broken = false;
        // At once, and not with the next try of its own, which is ten seconds after the last.
        await tab.Page.RunAndWaitForResponseAsync(
            () => mark.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Try now" }).ClickAsync(),
            answer => IsOtherThanMe(answer.Url) && answer.Ok,
            new PageRunAndWaitForResponseOptions { Timeout = 4_000 }
        );
        await Assertions
            .Expect(tab.Page.GetByTestId("stale"))
            .ToHaveCountAsync(0, new LocatorAssertionsToHaveCountOptions { Timeout = 15_000 });
        await tab.ShouldBeSoundAsync(name);
    }

    private static async Task ShouldBeLockedAsync(Tab tab, string testId)
    {
        var button = tab.Page.GetByTestId(testId).First;
        await Assertions.Expect(button).ToHaveAttributeAsync("aria-disabled", "true");
        await Assertions.Expect(button).ToHaveAccessibleDescriptionAsync(new Regex("role", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await button.ClickAsync(new LocatorClickOptions { Force = true });
        await Assertions.Expect(tab.Page.Locator("dialog[open]")).ToHaveCountAsync(0);
    }

    private static RouteFulfillOptions Unavailable =>
        new()
        {
            Status = 503,
            ContentType = "application/problem+json",
            Body = """
                {"type":"about:blank","title":"The database does not answer","status":503,"detail":"connection refused","traceId":"4bf92f3577b34da6a3ce929d0e0e4736","code":null,"missingRole":null}
                """,
        };

    private static bool IsOtherThanMe(string url) =>
        url.Contains("/api/v1/", StringComparison.Ordinal)
        && !url.EndsWith("/me", StringComparison.Ordinal)
        && !url.Contains("/events?topics", StringComparison.Ordinal);
}
