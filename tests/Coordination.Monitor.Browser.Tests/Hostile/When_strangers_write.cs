using Coordination.Monitor.Browser.Tests.Driving;
using Coordination.Monitor.Browser.Tests.Hosts;
using Coordination.Monitor.Browser.Tests.Showing;
using Coordination.Workers;
using Microsoft.Playwright;

namespace Coordination.Monitor.Browser.Tests.Hostile;

/// <summary>Words of agents, models, requesters and voters are shown as words, whatever they are.</summary>
public sealed class When_strangers_write(Chromium chromium, World world)
{
    private static readonly string[] Tabs =
    [
        "timeline",
        "graph",
        "messages",
        "state",
        "votes",
        "effects",
        "waits",
        "payloads",
        "causes",
        "audit",
    ];

    private static readonly (string Written, string Shown)[] Shown =
    [
        ("<script>globalThis.__ran=1</script>", "<script>globalThis.__ran=1</script>"),
        ("\u202egnp.exe\u202c", "U+202Egnp.exeU+202C"),
        ("pay\u200bpal", "payU+200Bpal"),
        ("\u001b[31mred\u001b[0m", "ESC[31mredESC[0m"),
        ("__proto__", "__proto__"),
    ];

    [Fact, Trait("req", "OPS-01")]
    public async Task What_they_write_into_runs_ballots_letters_and_reasons_stays_text()
    {
        await using var host = await MonitorHost.StartAsync(new MonitorHostOptions(ConfirmAbove: 1_000));
        var hostile = await SeedAsync(host);
        await using var tab = await Tab.OpenAsync(chromium, host);
        await tab.Profile.RouteAsync(url => !url.StartsWith("http://127.0.0.1:", StringComparison.Ordinal), route => route.AbortAsync());

        await ReadTheWholeListAsync(tab);
        foreach (var route in hostile.Routes)
        {
            await tab.GoAsync(route);
            await tab.ShouldBeHarmlessAsync(route);
        }
        foreach (var (written, shown) in Shown)
        {
            await tab.GoAsync($"/runs/{hostile.Failed[Payloads.All.ToList().IndexOf(written)]}");
            await tab.ShouldShowAsync(shown, "the name of a run");
        }
        await Shots.TakeAsync(tab.Page, "hostile-run");
        await tab.GoAsync($"/consensus/{hostile.Ballot}");
        await tab.ShouldShowAsync("<ScRiPt>globalThis.__ran=1</sCrIpT>", "the question of a ballot");
        await Shots.TakeAsync(tab.Page, "hostile-ballot");
        await tab.GoAsync("/dead-letters/all");
        await Shots.TakeAsync(tab.Page, "hostile-letters");
    }

    /// <param name="number">A payload for every field; null: to each field another, the same in every run.</param>
    [Theory, Trait("req", "OPS-01")]
    [InlineData(null)]
    [InlineData(184)] // control characters
    [InlineData(212)] // what every object has
    public async Task Whatever_the_API_says_in_any_free_field_stays_text(int? number)
    {
        var seeded = await world.SeededAsync();
        await using var tab = await Tab.OpenAsync(chromium, seeded.Host);
        var poisoned = 0;
        await tab.Page.RouteAsync(
            url =>
                url.Contains("/api/v1/", StringComparison.Ordinal)
                && !url.Contains("/events?topics", StringComparison.Ordinal)
                && !url.Contains("/query/parse", StringComparison.Ordinal),
            async route =>
            {
                var answer = await route.FetchAsync();
                var body = Inspection.Poison(
                    await answer.TextAsync(),
                    field => Payloads.All[number ?? Payloads.NumberFor(route.Request.Url, field)]
                );
                Interlocked.Increment(ref poisoned);
                await route.FulfillAsync(new RouteFulfillOptions { Response = answer, Body = body });
            }
        );
        foreach (var place in Places.All)
        {
            await tab.GoAsync(place.Route(seeded));
            await tab.ShouldBeHarmlessAsync(place.Name);
            (await tab.Page.GetByTestId("error").CountAsync()).ShouldBe(0, place.Name);
            if (number is null && place.Name is "overview" or "runs" or "an open ballot" or "a run: timeline" or "agents")
                await Shots.TakeAsync(tab.Page, $"poisoned-{place.Name.Replace(": ", "-", StringComparison.Ordinal).Replace(' ', '-')}");
        }
        poisoned.ShouldBeGreaterThan(Places.All.Count);
    }

    private sealed record Planted(IReadOnlyList<Guid> Failed, Guid Ballot, IReadOnlyList<string> Routes);

    private static async Task<Planted> SeedAsync(MonitorHost host)
    {
        List<string> routes =
        [
            "/",
            "/consensus",
            "/effects",
            "/timers",
            "/dead-letters",
            "/dead-letters/all",
            "/agents",
            "/operations",
            "/audit",
        ];
        var failed = await Task.WhenAll(
            Payloads.All.Select(payload => host.RunAsync(Seed.OneStep(payload.Cut(100), Do.Fail(payload)), options: From(payload)))
        );
        List<Guid> ballots = [];
        foreach (var group in Payloads.Groups)
        {
            var text = group.Text(1_900);
            var asked = From(group[0]);
            var asking = await host.RunAsync(Seed.OneStep(group[1].Cut(100), Do.Ask(text)), options: asked with { BusinessScope = "a" });
            var waiting = await host.RunAsync(
                Seed.OneStep(group[2].Cut(100), Do.Wait(text.Cut(480))),
                options: asked with
                {
                    BusinessScope = "b",
                }
            );
            var doubtful = await host.RunAsync(
                Seed.OneStep(group[3].Cut(100), Do.Doubt(group.Text(400), text.Cut(480))),
                options: asked with
                {
                    BusinessScope = "c",
                }
            );
            await host.LettersAsync(1, text.Cut(1_000), run: asking, error: "System.Exception", requestedBy: group[0].Cut(200));
            ballots.Add(await BallotAsync(host, group, text));
            await host.UntilRunAsync(waiting, "dispatched");
            await host.OperateAsync(
                new
                {
                    kind = "run.cancel",
                    targets = new[] { new { run = waiting } },
                    reason = text.Cut(480).OneLine(),
                },
                "<b>ann</b>\u202e"
            );
            if (ballots.Count % 7 == 1)
            {
                await host.UntilRunAsync(asking, "input-wait");
                await host.UntilRunAsync(doubtful, "input-wait");
                routes.AddRange([
                    $"/runs/{asking}",
                    $"/runs/{waiting}",
                    $"/runs/{waiting}/audit",
                    $"/runs/{doubtful}/effects",
                    $"/consensus/{ballots[^1]}",
                    $"/runs?open={asking}",
                ]);
            }
        }
        foreach (var run in failed)
            await host.UntilRunAsync(run, "failed");
        routes.AddRange(Tabs.Select(tab => $"/runs/{failed[0]}/{tab}"));
        routes.Add($"/runs/compare?a={failed[1]}&b={failed[2]}");
        routes.AddRange(
            (await host.GetAsync("dead-letters?limit=4")).Rows().Select(letter => $"/dead-letters/m/{letter.GetProperty("id")}")
        );
        routes.AddRange((await host.GetAsync("operations?limit=2")).Rows().Select(operation => $"/operations/{operation.Text("id")}"));
        return new Planted(failed, ballots[0], routes);
    }

    private static Task<Guid> BallotAsync(MonitorHost host, string[] group, string text) =>
        host.BallotAsync(
            text,
            new
            {
                careful = "yes",
                quick = "yes",
                security = "!no",
                why = text,
                evidence = group[^1].Cut(400),
            },
            change: request =>
                request with
                {
                    SafeOption = null,
                    Options =
                    [
                        .. group
                            .Where(payload => !string.IsNullOrWhiteSpace(payload))
                            .Select(payload => payload.Cut(90))
                            .Distinct(StringComparer.Ordinal)
                            .Select(name => BallotRequest.Option(name, new { word = name })),
                        BallotRequest.Option("yes"),
                        BallotRequest.Option("no"),
                    ],
                    Requester = group[0].Cut(200),
                    Evidence = [.. group.Take(5).Select(payload => payload.Cut(400))],
                    Flags = ["fraud"],
                }
        );

    private static SubmitOptions From(string payload) => new() { Requester = payload.Cut(200), BusinessScope = payload.Cut(200) };

    /// <summary>Every column of every row, by scrolling from the first to the last.</summary>
    private static async Task ReadTheWholeListAsync(Tab tab)
    {
        await tab.GoAsync("/runs?cols=state,run,now,agents,requester,scope,tenant");
        var grid = tab.Page.GetByTestId("run-grid");
        HashSet<string> rows = [];
        for (var at = 0; at < 40; at++)
        {
            await tab.ShouldBeHarmlessAsync($"the list, {at}");
            rows.UnionWith(
                await grid.EvaluateAsync<string[]>("grid => [...grid.querySelectorAll('[data-row-id]')].map(row => row.dataset.rowId)")
            );
            if (
                !await grid.EvaluateAsync<bool>(
                    "grid => { const before = grid.scrollTop; grid.scrollBy(0, grid.clientHeight - 80); return grid.scrollTop > before }"
                )
            )
                break;
            await tab.SettleAsync();
        }
        rows.Count.ShouldBeGreaterThanOrEqualTo(Payloads.All.Count + 3 * Payloads.Groups.Count);
        foreach (var query in Payloads.All.Take(3).Concat([Payloads.All[^1]]))
        {
            await tab.GoAsync($"/runs?q={Uri.EscapeDataString(query)}");
            await tab.ShouldBeHarmlessAsync($"the query {query}");
        }
    }
}
