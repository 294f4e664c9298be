using System.Text.Json;
using Coordination.Monitor.Browser.Tests.Driving;
using Coordination.Monitor.Browser.Tests.Hosts;
using Microsoft.Playwright;

namespace Coordination.Monitor.Browser.Tests.Acting;

/// <summary>Everything a person may do, done with the page, and what became of it asked of the API.</summary>
public sealed class When_people_act_by_mouse(Chromium chromium) : IAsyncLifetime
{
    private MonitorHost host = null!;
    private Tab tab = null!;

    public async ValueTask InitializeAsync()
    {
        host = await MonitorHost.StartAsync(new MonitorHostOptions(ConfirmAbove: 5));
        tab = await Tab.OpenAsync(chromium, host);
    }

    public async ValueTask DisposeAsync()
    {
        await tab.DisposeAsync();
        await host.DisposeAsync();
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task A_run_is_cancelled()
    {
        var run = await host.RunAsync(Seed.OneStep("slow", Do.Wait()), "dispatched");
        await tab.GoAsync($"/runs/{run}");

        await tab.Page.GetByTestId("action-run.cancel").ClickAsync();
        await ShouldWantAsync("Say why first.");
        await Axe.ShouldPassAsync(tab.Page, "cancel dialog");
        await ConfirmAsync("duplicate order");

        await Assertions.Expect(tab.Page.Locator("main header")).ToContainTextAsync("Cancelled");
        await Assertions.Expect(tab.Page.GetByTestId("cancelled")).ToHaveTextAsync("Cancellation asked for by annReason: duplicate order");
        await host.UntilRunAsync(run, "cancelled");
        await ShouldBeInTheAuditAsync("run.cancel", "duplicate order");
        await tab.ShouldBeSoundAsync("cancel");
    }

    [Theory, Trait("req", "OPS-02")]
    [InlineData("happened", "completed")]
    [InlineData("did-not-happen", "input-wait")]
    [InlineData("compensate", "failed")]
    public async Task An_effect_in_doubt_gets_its_verdict(string verdict, string then)
    {
        var run = await host.RunAsync(Seed.OneStep("pay supplier", Do.Doubt("LOST-4711"), "publisher"), "input-wait");
        var before = (await host.GetAsync($"runs/{run}/effects")).Rows().Single();
        await tab.GoAsync("/effects");

        await tab.Page.GetByTestId("resolve").First.ClickAsync();
        var dialog = tab.Page.GetByTestId("resolve-dialog");
        await Assertions.Expect(dialog).ToContainTextAsync("order=\"LOST-4711\"");
        await dialog.GetByTestId($"verdict-{verdict}").CheckAsync();
        await Axe.ShouldPassAsync(tab.Page, $"verdict {verdict}");
        await dialog.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Next…" }).ClickAsync();
        if (verdict == "happened")
        {
            // What the step could not use is said before anything is sent.
            var operation = tab.Page.GetByTestId("operation-dialog");
            await operation.GetByTestId("effect-result").FillAsync("5");
            await Assertions.Expect(operation).ToContainTextAsync("It must be a text; you gave a whole number.");
            await operation.GetByTestId("effect-result").FillAsync("\"seen in the ledger\"");
            await Assertions.Expect(operation).Not.ToContainTextAsync("It must be");
        }
        await ConfirmAsync($"looked at the ledger: {verdict}");

        await host.UntilRunAsync(run, then);
        if (verdict == "did-not-happen")
            await host.UntilAsync(
                $"runs/{run}/effects",
                page => page.Rows().Single().GetProperty("calls").GetInt32() > before.GetProperty("calls").GetInt32()
            );
        await ShouldBeInTheAuditAsync("effect.resolve", $"looked at the ledger: {verdict}");
        await tab.ShouldBeSoundAsync("verdict");
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task A_timer_is_moved()
    {
        var run = await host.RunAsync(Seed.OneStep("busy", Do.Retry("The provider is busy")), "retry-wait");
        await tab.GoAsync($"/timers?run={run}");
        var before = await FirstTimerAsync(run);

        await tab.Page.GetByTestId("action-timer.move").First.ClickAsync();
        await tab.Page.GetByTestId("operation-dialog").Locator("select").SelectOptionAsync("in 1 day");
        await ConfirmAsync("the provider is closed today");

        await host.UntilAsync(
            $"timers?run={run}",
            page =>
                page.Rows().Single(timer => timer.Id("token") == before.Id("token")).GetProperty("dueAt").GetDateTimeOffset()
                > before.GetProperty("dueAt").GetDateTimeOffset().AddHours(20)
        );
        await ShouldBeInTheAuditAsync("timer.move", "the provider is closed today");
        await tab.ShouldBeSoundAsync("timer");
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task A_dead_letter_is_edited_after_its_contract_refused_the_first_attempt()
    {
        var letter = (await host.LettersAsync(1, "The order has no amount", "SCHEMA_INVALID"))[0];
        await tab.GoAsync($"/dead-letters/m/{letter}");
        await tab.Page.GetByTestId("action-dead-letter.edit").ClickAsync();
        var dialog = tab.Page.GetByTestId("edit-dialog");
        var body = await dialog.GetByTestId("edit-body").InputValueAsync();

        await dialog
            .GetByTestId("edit-body")
            .FillAsync(body.Replace("\"requestedBy\": \"shop\"", "\"requestedBy\": 17", StringComparison.Ordinal));
        await Assertions.Expect(dialog).ToContainTextAsync("requestedBy");
        await Assertions.Expect(dialog.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await dialog.GetByTestId("operation-reason").FillAsync("wrong requester");
        await Assertions.Expect(dialog.GetByTestId("edit-submit")).ToHaveAttributeAsync("aria-disabled", "true");
        await Axe.ShouldPassAsync(tab.Page, "edit dialog with a fault");
        await Shots.TakeAsync(tab.Page, "edit-with-a-fault");

        await dialog.GetByTestId("edit-body").FillAsync(body.Replace("shop", "shop 2", StringComparison.Ordinal));
        await Assertions.Expect(dialog.GetByTestId("diff")).ToContainTextAsync("shop 2");
        await Assertions.Expect(dialog.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        await dialog.GetByTestId("edit-submit").ClickAsync();

        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        await host.UntilAsync($"dead-letters/{letter}", detail => detail.GetProperty("letter").Text("state") == "superseded");
        await ShouldBeInTheAuditAsync("dead-letter.edit", "wrong requester");
        await tab.ShouldBeSoundAsync("edit");
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task Many_dead_letters_are_discarded_with_their_number_typed_and_followed_to_the_end()
    {
        await host.LettersAsync(7, "The provider did not answer");
        await tab.GoAsync("/dead-letters");

        await tab.Page.GetByTestId("action-dead-letter.discard").ClickAsync();
        var dialog = tab.Page.GetByTestId("operation-dialog");
        await Assertions.Expect(dialog.GetByTestId("preview-count")).ToContainTextAsync("7 targets");
        await Assertions.Expect(dialog.GetByTestId("operation-submit")).ToContainTextAsync("Discard: 7");
        // Nothing has happened by looking.
        (await host.GetAsync("dead-letters?state=open&limit=50"))
            .Rows()
            .Count()
            .ShouldBe(7);
        await dialog.GetByTestId("operation-reason").FillAsync("test data");
        await ShouldWantAsync("Type the number first.");
        await dialog.GetByTestId("operation-confirm").FillAsync("6");
        await ShouldWantAsync("Type the number first.");
        await dialog.GetByTestId("operation-confirm").FillAsync("7");
        await Axe.ShouldPassAsync(tab.Page, "bulk dialog");
        await Shots.TakeAsync(tab.Page, "bulk-discard");
        await dialog.GetByTestId("operation-submit").ClickAsync();

        await tab.ShouldComeToAsync("/operations/");
        await Assertions.Expect(tab.Page.Locator("main header")).ToContainTextAsync("Done");
        await Assertions
            .Expect(tab.Page.GetByRole(AriaRole.Img, new PageGetByRoleOptions { Name = "7 done, 0 failed" }))
            .ToBeVisibleAsync();
        await Assertions.Expect(tab.Page.Locator("main")).ToContainTextAsync("test data");
        (await host.GetAsync("dead-letters?state=open&limit=50")).Rows().ShouldBeEmpty();
        await ShouldBeInTheAuditAsync("dead-letter.discard", "test data");
        await tab.ShouldBeSoundAsync("bulk");
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task None_of_them_is_an_answer_to_a_ballot()
    {
        var ballot = await host.BallotAsync("Which of the two?", new { security = "no" });
        await tab.GoAsync($"/consensus/{ballot}");

        var form = tab.Page.GetByTestId("answer-form");
        await form.GetByRole(AriaRole.Radio, new LocatorGetByRoleOptions { Name = "None of them" }).CheckAsync();
        await form.Locator("textarea").FillAsync("both would be wrong");
        await form.GetByTestId("answer-submit").ClickAsync();
        await Assertions.Expect(tab.Page.GetByTestId("operation-dialog")).ToContainTextAsync("none of them: no option is carried out");
        await ConfirmAsync(reason: null);

        var detail = await host.UntilAsync($"ballots/{ballot}", each => each.GetProperty("ballot").Text("status") == "decided");
        detail.GetProperty("ballot").GetProperty("option").ValueKind.ShouldBe(JsonValueKind.Null);
        await Assertions.Expect(tab.Page.GetByText("none of them").First).ToBeVisibleAsync();
        await ShouldBeInTheAuditAsync("ballot.answer", "both would be wrong");
        await tab.ShouldBeSoundAsync("none of them");
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task An_agents_question_is_answered_and_the_run_goes_on()
    {
        var run = await host.RunAsync(Seed.OneStep("refund", Do.Ask("Which account?")), "input-wait");
        await tab.GoAsync($"/runs/{run}");

        await tab.Page.GetByTestId("action-run.answer").ClickAsync();
        await ShouldWantAsync("Give an answer first.");
        await tab.Page.GetByTestId("operation-dialog").Locator("textarea").First.FillAsync("DE-4711");
        await ConfirmAsync("asked the customer");

        await Assertions.Expect(tab.Page.Locator("main header")).ToContainTextAsync("Completed");
        await host.UntilRunAsync(run, "completed");
        await ShouldBeInTheAuditAsync("run.answer", "asked the customer");
        await tab.ShouldBeSoundAsync("answer");
    }

    private async Task<JsonElement> FirstTimerAsync(Guid run) => (await host.GetAsync($"timers?run={run}")).Rows().First();

    private Task ShouldWantAsync(string reason) =>
        Assertions.Expect(tab.Page.GetByTestId("operation-dialog").Locator("footer")).ToContainTextAsync(reason);

    private async Task ConfirmAsync(string? reason)
    {
        if (reason is not null)
            await tab.Page.GetByTestId("operation-reason").FillAsync(reason);
        var submit = tab.Page.GetByTestId("operation-submit");
        await Assertions.Expect(submit).Not.ToHaveAttributeAsync("aria-disabled", "true");
        await submit.ClickAsync();
        await Assertions.Expect(tab.Page.GetByTestId("operation-dialog")).ToHaveCountAsync(0);
    }

    private async Task ShouldBeInTheAuditAsync(string kind, string reason)
    {
        await tab.GoAsync($"/audit?kind={kind}");
        var row = tab.Page.Locator("main tbody tr").First;
        await Assertions.Expect(row).ToContainTextAsync(reason);
        await Assertions.Expect(row).ToContainTextAsync("ann");
        await Assertions.Expect(row).ToContainTextAsync("Done");
    }
}
