using System.Text.Json;
using Coordination.Monitor.Browser.Tests.Driving;
using Coordination.Monitor.Browser.Tests.Hosts;
using Microsoft.Playwright;

namespace Coordination.Monitor.Browser.Tests.Acting;

/// <summary>From the overview to a decision and to a dead letter without a mouse, with a focus that can be seen at every step.</summary>
public sealed class When_only_the_keyboard_is_used(Chromium chromium)
{
    private const string FocusSeen = """
        () => {
          const at = document.activeElement
          if (!at || at === document.body) return 'nothing has the focus'
          const box = at.getBoundingClientRect()
          // A radio button's own box, or the label that shows it.
          const seen = [at, at.closest('label'), at.parentElement].filter(Boolean).some(one => {
            const style = getComputedStyle(one)
            return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1 || style.boxShadow !== 'none'
          })
          if (!seen) return `no outline: ${at.outerHTML.slice(0, 160)}`
          if (at.className && /skip/.test(at.className)) return null
          const middle = [Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1), Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1)]
          const top = document.elementFromPoint(...middle)
          if (box.bottom < 0 || box.top > innerHeight) return `outside of the window: ${at.outerHTML.slice(0, 160)}`
          if (top && !at.contains(top) && !top.contains(at) && !at.closest('label')?.contains(top)) return `hidden behind ${top.outerHTML.slice(0, 120)}: ${at.outerHTML.slice(0, 120)}`
          return null
        }
        """;

    [Fact, Trait("req", "OPS-02")]
    public async Task A_ballot_is_answered_and_a_dead_letter_retried()
    {
        await using var host = await MonitorHost.StartAsync();
        var ballot = await host.BallotAsync("Merge although one test is red?", new { security = "no" });
        var letter = (await host.LettersAsync(1, "The provider did not answer"))[0];
        await using var tab = await Tab.OpenAsync(chromium, host, new TabOptions(User: "bob"));
        await tab.GoAsync("/");

        await TabToAsync(tab, "a[data-testid='attention-ballot']");
        await PressAsync(tab, "Enter");
        await tab.SettleAsync();
        tab.Route.ShouldBe($"/consensus/{ballot}");

        await TabToAsync(tab, "form[data-testid='answer-form'] input[type=radio]");
        // The first option, chosen; the arrows go on to the next.
        await PressAsync(tab, "Space");
        await PressAsync(tab, "ArrowDown");
        await TabToAsync(tab, "form[data-testid='answer-form'] textarea");
        await tab.Page.Keyboard.TypeAsync("the red test is about another thing");
        await TabToAsync(tab, "[data-testid='answer-submit']");
        await PressAsync(tab, "Enter");
        await ConfirmAsync(tab, reason: null);
        var decided = await host.UntilAsync($"ballots/{ballot}", detail => detail.GetProperty("ballot").Text("status") == "decided");
        decided.GetProperty("ballot").Text("option").ShouldBe("no");
        decided.GetProperty("answers")[0].Text("person").ShouldBe("bob");

        // Two keys lead to any page, and j goes along its rows.
        await tab.Page.Keyboard.PressAsync("g");
        await tab.Page.Keyboard.PressAsync("d");
        await tab.SettleAsync();
        await tab.Page.Keyboard.PressAsync("j");
        await ShouldSeeFocusAsync(tab);
        await PressAsync(tab, "Enter");
        await tab.SettleAsync();
        await TabToAsync(tab, $"a[href$='/dead-letters/m/{letter}']");
        await PressAsync(tab, "Enter");
        await tab.SettleAsync();
        await TabToAsync(tab, "[data-testid='action-dead-letter.retry']");
        await PressAsync(tab, "Enter");
        await ConfirmAsync(tab, reason: "the provider is back");

        await host.UntilAsync($"dead-letters/{letter}", detail => detail.GetProperty("letter").Text("state") == "retried");
        var audit = await host.GetAsync("audit");
        audit.Rows().ShouldContain(row => row.Text("kind") == "ballot.answer" && row.Text("reason").Contains("another thing"));
        audit.Rows().ShouldContain(row => row.Text("kind") == "dead-letter.retry" && row.Text("reason") == "the provider is back");
        audit.Rows().ShouldAllBe(row => row.Text("actor") == "bob" || row.Text("actor") == "reader");
        await tab.ShouldBeSoundAsync("the journey");
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task Escape_leaves_a_dialog_and_the_focus_returns()
    {
        await using var host = await MonitorHost.StartAsync();
        var run = await host.RunAsync(Seed.OneStep("slow", Do.Wait()), "dispatched");
        await using var tab = await Tab.OpenAsync(chromium, host);
        await tab.GoAsync($"/runs/{run}");

        await TabToAsync(tab, "[data-testid='action-run.cancel']");
        await PressAsync(tab, "Enter");
        await Assertions.Expect(tab.Page.GetByTestId("operation-dialog")).ToBeVisibleAsync();
        await tab.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(tab.Page.GetByTestId("operation-dialog")).ToHaveCountAsync(0);
        (await FocusedAsync(tab)).ShouldBe("action-run.cancel");

        await tab.Page.Keyboard.PressAsync("Control+k");
        await Assertions.Expect(tab.Page.GetByTestId("palette")).ToBeVisibleAsync();
        await Axe.ShouldPassAsync(tab.Page, "palette");
        await tab.Page.Keyboard.TypeAsync("effects");
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.SettleAsync();
        tab.Route.ShouldBe("/effects");
        (await host.GetAsync($"runs/{run}")).GetProperty("run").Text("status").ShouldBe("running");
        await tab.ShouldBeSoundAsync("escape");
    }

    private static async Task ConfirmAsync(Tab tab, string? reason)
    {
        await Assertions.Expect(tab.Page.GetByTestId("operation-dialog")).ToBeVisibleAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Status, new PageGetByRoleOptions { Name = "Dry run" })).ToHaveCountAsync(0);
        if (reason is not null)
        {
            await TabToAsync(tab, "[data-testid='operation-reason']");
            await tab.Page.Keyboard.TypeAsync(reason);
        }
        await Assertions.Expect(tab.Page.GetByTestId("operation-submit")).Not.ToHaveAttributeAsync("aria-disabled", "true");
        await TabToAsync(tab, "[data-testid='operation-submit']");
        await PressAsync(tab, "Enter");
        await Assertions.Expect(tab.Page.GetByTestId("operation-dialog")).ToHaveCountAsync(0);
    }

    /// <summary>Presses the tabulator until this has the focus, and looks at the focus on the way.</summary>
    private static async Task TabToAsync(Tab tab, string selector)
    {
        for (var presses = 0; presses < 120; presses++)
        {
            if (await tab.Page.EvaluateAsync<bool>("wanted => !!document.activeElement?.matches(wanted)", selector))
                return;
            await tab.Page.Keyboard.PressAsync("Tab");
            // Behind the last element come the browser's own buttons.
            if (!await tab.Page.EvaluateAsync<bool>("() => document.activeElement === document.body"))
                await ShouldSeeFocusAsync(tab);
        }
        Assert.Fail($"{tab.Route}: {selector} was not reached with 120 presses of the tabulator.");
    }

    private static async Task PressAsync(Tab tab, string key)
    {
        await ShouldSeeFocusAsync(tab);
        await tab.Page.Keyboard.PressAsync(key);
    }

    private static async Task ShouldSeeFocusAsync(Tab tab)
    {
        var fault = await tab.Page.EvaluateAsync<JsonElement?>(FocusSeen);
        Assert.True(fault is null or { ValueKind: JsonValueKind.Null }, $"{tab.Route}: {fault}");
    }

    private static Task<string> FocusedAsync(Tab tab) =>
        tab.Page.EvaluateAsync<string>("() => document.activeElement?.dataset?.testid ?? ''");
}
