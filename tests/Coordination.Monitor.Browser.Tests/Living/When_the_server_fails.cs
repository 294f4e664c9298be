using Coordination.Monitor.Browser.Tests.Driving;
using Coordination.Monitor.Browser.Tests.Hosts;
using Microsoft.Playwright;

namespace Coordination.Monitor.Browser.Tests.Living;

/// <summary>A monitor whose database does not answer for a while: the page keeps what it has, and goes on by itself.</summary>
public sealed class When_the_server_fails(Chromium chromium)
{
    [Fact, Trait("req", "OPS-04")]
    public async Task The_page_keeps_what_it_shows_and_goes_on_by_itself()
    {
        await using var host = await MonitorHost.StartAsync();
        var run = await host.RunAsync(Seed.OneStep("asks first", Do.Ask("Go on?")), "input-wait");
        await using var tab = await Tab.OpenAsync(chromium, host);
        tab.Expected.Add("503");
        await tab.GoAsync($"/runs/{run}");
        host.Broken = request => request.Path.Value!.EndsWith("/events", StringComparison.Ordinal) ? null : 503;

        // The change is told, and cannot be read.
        await host.Runs.AnswerAsync(run, "one", "which", "yes", "bob");
        await Assertions.Expect(tab.Page.GetByTestId("stale").First).ToContainTextAsync("Shown as of", new() { Timeout = 30_000 });
        await Assertions.Expect(tab.Page.Locator("main h1")).ToContainTextAsync("asks first");
        await Assertions.Expect(tab.Page.GetByTestId("question")).ToContainTextAsync("Go on?");
        await Axe.ShouldPassAsync(tab.Page, "stale");
        host.Broken = null;
        await Assertions.Expect(tab.Page.Locator("main header")).ToContainTextAsync("Completed", new() { Timeout = 30_000 });
        await Assertions.Expect(tab.Page.GetByTestId("stale")).ToHaveCountAsync(0, new() { Timeout = 30_000 });
        await tab.ShouldBeSoundAsync("a failing server");
    }

    [Fact, Trait("req", "OPS-04")]
    public async Task What_was_typed_survives_an_operation_that_failed()
    {
        await using var host = await MonitorHost.StartAsync();
        var run = await host.RunAsync(Seed.OneStep("slow", Do.Wait()), "dispatched");
        await using var tab = await Tab.OpenAsync(chromium, host);
        tab.Expected.Add("503");
        await tab.GoAsync($"/runs/{run}");
        await tab.Page.GetByTestId("action-run.cancel").ClickAsync();
        var dialog = tab.Page.GetByTestId("operation-dialog");
        await dialog.GetByTestId("operation-reason").FillAsync("duplicate order");
        await Assertions.Expect(dialog.GetByTestId("operation-submit")).Not.ToHaveAttributeAsync("aria-disabled", "true");

        host.Broken = request => request.Method == "POST" ? 503 : null;
        await dialog.GetByTestId("operation-submit").ClickAsync();
        await Assertions.Expect(dialog.GetByTestId("error")).ToContainTextAsync("connection refused");
        await Axe.ShouldPassAsync(tab.Page, "a failed operation");
        await Assertions.Expect(dialog.GetByTestId("operation-reason")).ToHaveValueAsync("duplicate order");
        host.Broken = null;
        await dialog.GetByTestId("error").GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        await host.UntilRunAsync(run, "cancelled");
        (await host.GetAsync($"runs/{run}/audit")).Rows().Count(row => row.Text("kind") == "run.cancel").ShouldBe(1);
        await tab.ShouldBeSoundAsync("a failed operation");
    }
}
