using Coordination.Monitor.Browser.Tests.Driving;
using Coordination.Monitor.Browser.Tests.Hosts;
using Microsoft.Playwright;

namespace Coordination.Monitor.Browser.Tests.Showing;

/// <summary>All state is in the address: a link shows the same to everybody, and back is where one came from.</summary>
public sealed class When_a_link_is_followed(Chromium chromium, World world)
{
    [Fact, Trait("req", "OPS-01")]
    public async Task Back_and_forward_lead_through_the_same_pages_and_filters_survive()
    {
        var seeded = await world.SeededAsync();
        await using var tab = await Tab.OpenAsync(chromium, seeded.Host);
        var page = tab.Page;
        await tab.GoAsync("/");
        await page.GetByTestId("state-failed").ClickAsync();
        await tab.SettleAsync();
        tab.Route.ShouldBe("/runs?q=status%3Afailed");
        await page.Locator($"#run-{seeded.Failed}")
            .DblClickAsync(
                new LocatorDblClickOptions
                {
                    Position = new Position { X = 400, Y = 10 },
                }
            );
        await page.Locator($"#run-{seeded.Failed}")
            .ClickAsync(
                new LocatorClickOptions
                {
                    Position = new Position { X = 400, Y = 10 },
                }
            );
        await Assertions.Expect(page).ToHaveURLAsync(tab.At($"/runs?q=status%3Afailed&open={seeded.Failed}"));
        await page.Locator($"#run-{seeded.Failed}").PressAsync("Enter");
        await tab.SettleAsync();
        tab.Route.ShouldBe($"/runs/{seeded.Failed}");
        await page.GetByTestId("tab-effects").ClickAsync();
        await tab.SettleAsync();
        tab.Route.ShouldBe($"/runs/{seeded.Failed}/effects");

        await page.GoBackAsync();
        await tab.SettleAsync();
        tab.Route.ShouldBe($"/runs/{seeded.Failed}");
        await Assertions.Expect(page.GetByTestId("view-timeline")).ToBeVisibleAsync();
        await page.GoBackAsync();
        await tab.SettleAsync();
        tab.Route.ShouldStartWith("/runs?q=status%3Afailed");
        await Assertions.Expect(page.GetByTestId("run-grid").Locator("[data-row-id]")).ToHaveCountAsync(2);
        await page.GoForwardAsync();
        await tab.SettleAsync();
        (await tab.HeadingAsync()).ShouldContain("merge patch #812");
        await tab.ShouldBeSoundAsync("back and forward");
    }

    [Fact, Trait("req", "OPS-01")]
    public async Task Tab_stops_in_one_row_of_the_list_and_leaves_it()
    {
        var seeded = await world.SeededAsync();
        await using var tab = await Tab.OpenAsync(chromium, seeded.Host);
        await tab.GoAsync("/runs");
        var rows = tab.Page.Locator("main [data-row-id]");
        await rows.Nth(1).WaitForAsync();
        // In every row but the one that has the grid's focus stop.
        await Assertions.Expect(rows.And(tab.Page.Locator("[tabindex='0']"))).ToHaveCountAsync(1);
        await Assertions
            .Expect(tab.Page.Locator("main [data-row-id][tabindex='-1'] :is(a, button):not([tabindex='-1'])"))
            .ToHaveCountAsync(0);
        await rows.First.PressAsync("ArrowDown");
        await Assertions.Expect(rows.Nth(1)).ToHaveAttributeAsync("tabindex", "0");
        await Assertions.Expect(rows.Nth(1).Locator("a").First).ToHaveAttributeAsync("tabindex", "0");
        await Assertions.Expect(rows.First.Locator("a").First).ToHaveAttributeAsync("tabindex", "-1");
        await tab.ShouldBeSoundAsync("focus in the list");
    }

    [Fact, Trait("req", "OPS-01")]
    public async Task A_link_in_a_row_leads_to_its_own_page_by_keyboard_and_by_mouse()
    {
        var seeded = await world.SeededAsync();
        await using var tab = await Tab.OpenAsync(chromium, seeded.Host);
        await tab.GoAsync("/runs?q=name:\"index the archive\"");
        var row = tab.Page.Locator("main [data-row-id]").First;
        var run = await row.GetAttributeAsync("data-row-id");

        await row.Locator("a[href$='/agents/researcher']").PressAsync("Enter");
        await tab.SettleAsync();
        tab.Route.ShouldBe("/agents/researcher");
        await tab.Page.GoBackAsync();
        await tab.SettleAsync();
        await row.Locator($"a[href$='/runs/{run}']").ClickAsync();
        await tab.SettleAsync();
        tab.Route.ShouldBe($"/runs/{run}");
        await tab.ShouldBeSoundAsync("links of a row");
    }

    [Theory, Trait("req", "OPS-01")]
    [InlineData("/effects?status=indoubt", "pay supplier", "mail")]
    [InlineData("/consensus?status=decided", "#811?", "although one test is red?")]
    [InlineData("/audit?actor=ann&kind=run.cancel", "superseded by the new import", "payload.read")]
    [InlineData("/agents?find=cod", "coder", "researcher")]
    [InlineData("/runs?q=name:\"refund 4711\"&sort=-updated", "refund 4711", "nightly check")]
    public async Task A_filter_in_a_link_is_kept_by_a_reload(string route, string shows, string hides)
    {
        var seeded = await world.SeededAsync();
        await using var tab = await Tab.OpenAsync(chromium, seeded.Host);
        await tab.GoAsync(route);
        for (var time = 0; time < 2; time++)
        {
            var rows = tab.Page.Locator("main tbody tr, main [data-row-id]");
            await Assertions.Expect(rows.First).ToContainTextAsync(shows);
            string.Join("\n", await rows.AllInnerTextsAsync()).ShouldNotContain(hides);
            await tab.Page.ReloadAsync();
            await tab.SettleAsync();
        }
        await tab.ShouldBeSoundAsync(route);
    }

    [Fact, Trait("req", "OPS-01")]
    public async Task A_message_of_a_log_leads_to_its_run_and_back_does_not_return_to_the_search()
    {
        var seeded = await world.SeededAsync();
        await using var tab = await Tab.OpenAsync(chromium, seeded.Host);
        await tab.GoAsync("/audit");
        await tab.Page.GotoAsync(tab.At($"/m/{seeded.Message}"));
        await Assertions.Expect(tab.Page.Locator("main h1")).ToContainTextAsync("merge patch #812");
        tab.Route.ShouldContain($"/runs/{seeded.Failed}");

        await tab.Page.GoBackAsync();
        await tab.SettleAsync();
        tab.Route.ShouldBe("/audit");
        await tab.ShouldBeSoundAsync("resolve");
    }
}
