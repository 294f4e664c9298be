using System.Diagnostics;
using Coordination.Monitor.Browser.Tests.Driving;
using Coordination.Monitor.Browser.Tests.Hosts;
using Coordination.Testing;
using Microsoft.Playwright;

namespace Coordination.Monitor.Browser.Tests.Living;

/// <summary>What is on the page follows what happens, without a reload.</summary>
public sealed class When_things_change(Chromium chromium)
{
    // A change is shown at once where the machine has nothing else to do; tests run beside others.
    private static readonly LocatorAssertionsToContainTextOptions Soon = new() { Timeout = 30_000 };

    [Fact, Trait("req", "OPS-01")]
    public async Task A_row_of_the_list_changes_and_new_runs_wait_behind_a_button()
    {
        await using var host = await MonitorHost.StartAsync();
        var run = await host.RunAsync(Seed.OneStep("asks first", Do.Ask("Go on?")), "input-wait");
        await using var tab = await Tab.OpenAsync(chromium, host);
        await tab.GoAsync("/runs");
        await MarkAsync(tab);
        var row = tab.Page.Locator($"#run-{run}");
        await Assertions.Expect(row).ToContainTextAsync("Waits");

        await host.Runs.AnswerAsync(run, "one", "which", "yes", "bob");
        await Assertions.Expect(row).ToContainTextAsync("Completed", Soon);
        await host.RunAsync(Seed.OneStep("came later", Do.Work()), "completed");
        await Assertions.Expect(tab.Page.GetByTestId("new-pill")).ToContainTextAsync("1 new", Soon);
        await Assertions.Expect(tab.Page.GetByTestId("run-grid")).Not.ToContainTextAsync("came later");
        await tab.Page.GetByTestId("new-pill").ClickAsync();
        await Assertions.Expect(tab.Page.GetByTestId("run-grid")).ToContainTextAsync("came later");
        await ShouldNotHaveReloadedAsync(tab);
        await tab.ShouldBeSoundAsync("live list");
    }

    [Fact, Trait("req", "OPS-01")]
    public async Task Pausing_stops_all_changes_until_it_is_resumed()
    {
        await using var host = await MonitorHost.StartAsync();
        var run = await host.RunAsync(Seed.OneStep("asks first", Do.Ask("Go on?")), "input-wait");
        await using var tab = await Tab.OpenAsync(chromium, host);
        await tab.GoAsync("/runs");
        await LiveAsync(tab);
        var row = tab.Page.Locator($"#run-{run}");

        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Pause live changes" }).ClickAsync();
        await host.Runs.AnswerAsync(run, "one", "which", "yes", "bob");
        await host.UntilRunAsync(run, "completed");
        await Assertions.Expect(tab.Page.GetByTestId("live")).ToContainTextAsync("changes wait", Soon);
        await Assertions.Expect(row).ToContainTextAsync("Waits");
        await Axe.ShouldPassAsync(tab.Page, "paused");
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Resume live changes" }).ClickAsync();
        await Assertions.Expect(row).ToContainTextAsync("Completed", Soon);
        await tab.ShouldBeSoundAsync("pause");
    }

    [Fact, Trait("req", "OPS-01")]
    public async Task A_page_is_live_again_after_a_restart_without_a_reload_and_where_it_was()
    {
        await using var host = await MonitorHost.StartAsync();
        for (var i = 0; i < 60; i++)
            await host.RunAsync(Seed.OneStep($"check {i}", Do.Work()));
        var run = await host.RunAsync(Seed.OneStep("asks first", Do.Ask("Go on?")), "input-wait");
        await host.UntilAsync("runs?limit=100", page => page.Rows().Count() == 61);
        await using var tab = await Tab.OpenAsync(chromium, host);
        tab.Expected.Add("ERR_CONNECTION");
        tab.Expected.Add("ERR_INCOMPLETE_CHUNKED_ENCODING");
        tab.Expected.Add("ERR_EMPTY_RESPONSE");
        tab.Expected.Add("ERR_SOCKET");
        await tab.GoAsync("/runs");
        await LiveAsync(tab);
        await MarkAsync(tab);
        var grid = tab.Page.GetByTestId("run-grid");
        await grid.EvaluateAsync("grid => grid.scrollTo(0, 900)");

        await host.StopAsync();
        await Assertions.Expect(tab.Page.GetByTestId("live")).ToContainTextAsync("Broken", Soon);
        await Assertions.Expect(grid).ToContainTextAsync("check 2");
        await Axe.ShouldPassAsync(tab.Page, "broken");
        await Shots.TakeAsync(tab.Page, "broken-runs");
        await host.StartAsync();
        var clock = Stopwatch.StartNew();
        await LiveAsync(tab);

        // By itself and soon: how soon is a figure of the benchmark, not of a machine that runs all tests.
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
        (await grid.EvaluateAsync<double>("grid => grid.scrollTop")).ShouldBe(900, tolerance: 2);
        await ShouldNotHaveReloadedAsync(tab);
        await grid.EvaluateAsync("grid => grid.scrollTo(0, 0)");
        await host.Runs.AnswerAsync(run, "one", "which", "yes", "bob");
        await Assertions.Expect(tab.Page.Locator($"#run-{run}")).ToContainTextAsync("Completed", Soon);
        await tab.ShouldBeSoundAsync("restart");
    }

    [Fact, Trait("req", "OPS-01")]
    public async Task Eight_tabs_of_one_browser_share_one_connection_and_all_are_live()
    {
        await using var host = await MonitorHost.StartAsync();
        var run = await host.RunAsync(Seed.OneStep("asks first", Do.Ask("Go on?")), "input-wait");
        await using var first = await Tab.OpenAsync(chromium, host);
        List<IPage> tabs = [first.Page];
        while (tabs.Count < 8)
            tabs.Add(await first.Profile.NewPageAsync());
        await Task.WhenAll(tabs.Select(tab => tab.GotoAsync(first.At("/runs"))));
        foreach (var tab in tabs)
            await Assertions.Expect(tab.Locator($"#run-{run}")).ToContainTextAsync("Waits");
        await Eventually.Until(() => host.Live == 1, TimeSpan.FromSeconds(10), "one connection of all tabs");

        await host.Runs.AnswerAsync(run, "one", "which", "yes", "bob");
        foreach (var tab in tabs)
            await Assertions.Expect(tab.Locator($"#run-{run}")).ToContainTextAsync("Completed", Soon);
        host.Live.ShouldBe(1);
        await first.ShouldBeSoundAsync("eight tabs");
    }

    [Fact, Trait("req", "OPS-01")]
    public async Task The_page_of_a_run_and_the_numbers_of_the_navigation_follow()
    {
        await using var host = await MonitorHost.StartAsync();
        var run = await host.RunAsync(Seed.OneStep("asks first", Do.Ask("Go on?")), "input-wait");
        await using var tab = await Tab.OpenAsync(chromium, host);
        await tab.GoAsync($"/runs/{run}");
        await MarkAsync(tab);
        await Assertions.Expect(tab.Page.GetByTestId("question")).ToContainTextAsync("Go on?");
        await host.LettersAsync(1, "parked while somebody looks");
        await Assertions.Expect(tab.Page.GetByTestId("nav-dead-letters")).ToContainTextAsync("1", Soon);

        await host.Runs.AnswerAsync(run, "one", "which", "yes", "bob");
        await Assertions.Expect(tab.Page.Locator("main header")).ToContainTextAsync("Completed", Soon);
        await Assertions.Expect(tab.Page.GetByTestId("question")).ToHaveCountAsync(0);
        await ShouldNotHaveReloadedAsync(tab);
        await tab.ShouldBeSoundAsync("live run");
    }

    private static Task LiveAsync(Tab tab) => Assertions.Expect(tab.Page.GetByTestId("live")).ToHaveAttributeAsync("data-kind", "fresh");

    private static async Task MarkAsync(Tab tab) => await tab.Page.EvaluateAsync("() => { globalThis.__same = true }");

    private static async Task ShouldNotHaveReloadedAsync(Tab tab) =>
        (await tab.Page.EvaluateAsync<bool>("() => globalThis.__same === true")).ShouldBeTrue("The page was loaded again.");
}
