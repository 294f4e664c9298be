using Coordination.Monitor.Browser.Tests.Driving;
using Coordination.Monitor.Browser.Tests.Hosts;
using Microsoft.Playwright;

namespace Coordination.Monitor.Browser.Tests.Showing;

/// <summary>Menus, dialogs and the texts that stand for drawings.</summary>
public sealed class When_something_is_opened_on_a_page(Chromium chromium, World world)
{
    [Fact, Trait("req", "OPS-01")]
    public async Task Every_drawing_can_be_read_as_text()
    {
        var seeded = await world.SeededAsync();
        await using var tab = await Tab.OpenAsync(chromium, seeded.Host);
        foreach (
            var (route, says) in new[]
            {
                ($"/runs/{seeded.Failed}", "undo read"),
                ($"/runs/{seeded.Failed}/graph", "review"),
                ($"/runs/{seeded.Failed}/messages", "step.compensate.v1"),
                ($"/runs/{seeded.Voting}/votes", "careful"),
                ($"/consensus/{seeded.DecidedBallot}", "yes"),
            }
        )
        {
            await tab.GoAsync(route);
            var twin = tab.Page.GetByTestId("twin").First;
            // One choice for all drawings: from the second on it is made.
            if (await twin.CountAsync() > 0 && await twin.GetAttributeAsync("aria-pressed") == "false")
                await twin.ClickAsync();
            await tab.SettleAsync();
            await Assertions.Expect(tab.Page.Locator("main table, main ul, main ol").First).ToBeVisibleAsync();
            await Assertions.Expect(tab.Page.Locator("main")).ToContainTextAsync(says);
            (await tab.Page.Locator("main canvas, main .react-flow").CountAsync()).ShouldBe(0, route);
            await Axe.ShouldPassAsync(tab.Page, $"{route} as text");
        }
        await tab.ShouldBeSoundAsync("drawings as text");
    }

    [Fact, Trait("req", "OPS-01")]
    public async Task Menus_and_the_help_follow_the_rules_and_close_again()
    {
        var seeded = await world.SeededAsync();
        await using var tab = await Tab.OpenAsync(chromium, seeded.Host);
        await tab.GoAsync("/runs");
        foreach (var name in new[] { "Export", "Columns", "Signed in as ann" })
        {
            var button = tab.Page.GetByRole(AriaRole.Button, new() { Name = name });
            await button.ClickAsync();
            await Assertions.Expect(tab.Page.Locator("[popover]:popover-open")).ToBeVisibleAsync();
            await Axe.ShouldPassAsync(tab.Page, $"the menu {name}");
            await tab.Page.Keyboard.PressAsync("Escape");
            await Assertions.Expect(tab.Page.Locator("[popover]:popover-open")).ToHaveCountAsync(0);
        }
        await tab.Page.Keyboard.PressAsync("?");
        await Assertions.Expect(tab.Page.Locator("dialog[open]")).ToBeVisibleAsync();
        await Axe.ShouldPassAsync(tab.Page, "the help");
        await tab.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(tab.Page.Locator("dialog[open]")).ToHaveCountAsync(0);

        // Single keys can be switched off: then they are letters again.
        await tab.GoAsync("/settings");
        await tab
            .Page.GetByRole(AriaRole.Group, new() { Name = "Single-key shortcuts" })
            .GetByText("Off", new() { Exact = true })
            .ClickAsync();
        await tab.Page.Keyboard.PressAsync("?");
        await tab.Page.Keyboard.PressAsync("g");
        await tab.Page.Keyboard.PressAsync("r");
        await Assertions.Expect(tab.Page.Locator("dialog[open]")).ToHaveCountAsync(0);
        tab.Route.ShouldBe("/settings");
        await tab.ShouldBeSoundAsync("menus");
    }
}
