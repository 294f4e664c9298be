using System.Globalization;
using System.Text;
using Coordination.Monitor.Browser.Tests.Driving;
using Coordination.Monitor.Browser.Tests.Hosts;
using Microsoft.Playwright;

namespace Coordination.Monitor.Browser.Tests.Living;

/// <summary>A list of 100,000 runs, made up page by page as the API would answer.</summary>
public sealed class When_the_list_is_long(Chromium chromium, World world)
{
    private const int Rows = 100_000;

    // Looked at before the frame scrolls on, else every list is blank.
    private const string FastScroll = """
        async ([frames, step]) => {
          const grid = document.querySelector('[data-testid=run-grid]')
          let samples = 0, blank = 0, most = 0
          for (let frame = 0; frame < frames; frame++) {
            await new Promise(requestAnimationFrame)
            await new Promise(resolve => setTimeout(resolve, 0))
            const box = grid.getBoundingClientRect()
            for (let y = box.top + 50; y < box.bottom - 20; y += 34) {
              samples++
              if (!document.elementFromPoint(box.left + 300, y)?.closest('[data-row-id]')) blank++
            }
            most = Math.max(most, grid.querySelectorAll('*').length)
            grid.scrollTop += step
          }
          return [blank / samples, most, grid.scrollTop]
        }
        """;

    [Fact, Trait("req", "OPS-01")]
    public async Task It_is_scrolled_through_without_gaps_and_only_what_is_seen_is_drawn()
    {
        var seeded = await world.SeededAsync();
        await using var tab = await Tab.OpenAsync(chromium, seeded.Host);
        await MakeLongAsync(tab);
        await tab.GoAsync("/runs");
        await Assertions.Expect(tab.Page.GetByTestId("run-count")).ToContainTextAsync("10,000+");
        var grid = tab.Page.GetByTestId("run-grid");

        var slow = await tab.Page.EvaluateAsync<double[]>(FastScroll, new[] { 120, 400 });
        slow[0].ShouldBeLessThanOrEqualTo(0.1, "blank while it was scrolled");
        slow[1].ShouldBeLessThan(6_000, "elements of the grid");
        slow[2].ShouldBeGreaterThan(20_000, "pixels that were scrolled");

        await grid.FocusAsync();
        await grid.Locator("[data-row-id]").First.FocusAsync();
        for (var ends = 0; ends < 12; ends++)
        {
            await tab.Page.Keyboard.PressAsync("End");
            await tab.SettleAsync();
        }
        var last = await grid.EvaluateAsync<int>("grid => Number(document.activeElement.getAttribute('aria-rowindex'))");
        last.ShouldBeGreaterThan(2_000, "rows the End key led to");
        (await tab.Page.EvaluateAsync<int>("() => document.querySelectorAll('*').length")).ShouldBeLessThan(8_000);
        await Axe.ShouldPassAsync(tab.Page, "a long list");
        await tab.ShouldBeSoundAsync("a long list");
    }

    private static async Task MakeLongAsync(Tab tab)
    {
        await tab.Page.RouteAsync(
            url => url.Contains("/api/v1/runs?", StringComparison.Ordinal),
            route =>
                route.FulfillAsync(new RouteFulfillOptions { ContentType = "application/json", Body = Page(new Uri(route.Request.Url)) })
        );
        await tab.Page.RouteAsync(
            url => url.Contains("/api/v1/runs/count", StringComparison.Ordinal),
            route =>
                route.FulfillAsync(new RouteFulfillOptions { ContentType = "application/json", Body = """{"total":10000,"more":true}""" })
        );
    }

    private static string Page(Uri asked)
    {
        var query = asked
            .Query.TrimStart('?')
            .Split('&')
            .Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        var first = query.TryGetValue("after", out var after) ? int.Parse(after, CultureInfo.InvariantCulture) : 0;
        var count = query.TryGetValue("limit", out var limit) ? int.Parse(limit, CultureInfo.InvariantCulture) : 100;
        var to = Math.Min(first + count, Rows);
        var rows = new StringBuilder();
        for (var number = first; number < to; number++)
        {
            if (number > first)
                rows.Append(',');
            rows.Append(
                CultureInfo.InvariantCulture,
                $$"""{"runId":"0199aaaa-0000-7000-8000-{{number:x12}}","tenant":"default","name":"import {{number}}","status":"completed","reason":null,"requester":"shop","businessScope":null,"startedAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:09Z","deadlineAt":null,"endedAt":"2026-01-01T00:00:09Z","failedStep":null,"failedDetail":null,"stepsDone":4,"steps":4,"retries":0,"currentStep":null,"waitKind":null,"waitsFor":null,"waitEndsAt":null,"inDoubt":false,"stuck":null,"agents":["coder"],"tokens":1200,"costMicroUsd":40000,"version":1}"""
            );
        }
        var next = to < Rows ? $"\"{to}\"" : "null";
        return $$"""{"rows":[{{rows}}],"next":{{next}},"asOf":"2026-01-01T00:00:10Z","problems":[]}""";
    }
}
