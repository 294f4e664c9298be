using System.Text.Json;
using Coordination.Workers;

namespace Coordination.Monitor.Tests.Runs;

/// <summary>What the API says of runs, over one database.</summary>
public abstract class RunContract
{
    private protected abstract Task<MonitorHost> StartAsync(Action<HostSetting>? set = null);

    [Fact, Trait("req", "OPS-01")]
    public async Task A_run_is_listed_with_all_that_happened_to_it()
    {
        await using var host = await StartAsync();
        var run = await host.RunAsync(
            Plans.Review("ticket", code: "fail-once"),
            new SubmitOptions { Requester = "billing", BusinessScope = "order 7" }
        );
        var row = await host.ListedAsync(run);
        var listed = row.GetProperty("rows")[0];
        (Text(listed, "name"), Text(listed, "status"), Text(listed, "requester"), Text(listed, "businessScope")).ShouldBe(
            ("ticket", "completed", "billing", "order 7")
        );
        (Int(listed, "steps"), Int(listed, "stepsDone"), Int(listed, "retries")).ShouldBe((4, 4, 1));
        listed.GetProperty("agents").EnumerateArray().Select(agent => agent.GetString()).ShouldBe(["planner", "coder", "critic"]);
        listed.GetProperty("endedAt").ValueKind.ShouldBe(JsonValueKind.String);
        listed.GetProperty("stuck").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact, Trait("req", "OPS-01")]
    public async Task Filters_find_the_runs_they_mean_and_no_others()
    {
        await using var host = await StartAsync();
        var good = await host.RunAsync(Plans.Review("ticket"), new SubmitOptions { Requester = "billing", BusinessScope = "order 7" });
        var bad = await host.RunAsync(Plans.Review("patch", code: "fail"), new SubmitOptions { Requester = "support" });
        var open = await host.Runs.SubmitAsync(Plans.Review("patch", review: "ask"), new SubmitOptions { Requester = "support" });
        await host.ListedAsync(open, row => Text(row, "waitKind") == "person");
        await Finds("status:completed", good);
        await Finds("status:failed,completed", good, bad);
        await Finds("-status:completed", bad, open);
        await Finds("name:PATCH", bad, open);
        await Finds("-name:patch", good);
        await Finds("name:patch status:failed", bad);
        await Finds("requester:support waits:person", open);
        await Finds("scope:\"order 7\"", good);
        await Finds("agent:critic", good, bad, open);
        await Finds("reason:NON_RETRYABLE", bad);
        await Finds("step:code", bad);
        await Finds($"id:{bad.ToString("N")[..20]}", bad);
        await Finds("started:>-1h", good, bad, open);
        await Finds("started:<-1h");
        await Finds("ended:>-1h", good, bad);
        await Finds("-ended:>-1h", open);
        await Finds("duration:>1h");
        await Finds("duration:<1h", good, bad, open);
        await Finds("retries:0 cost:0 tokens:<1", good, bad, open);
        await Finds("indoubt:no", good, bad, open);
        await Finds("indoubt:yes");
        await Finds("stuck:no", good, bad, open);
        await Finds("colour", open);
        await Finds("\"cannot be done\"", bad);
        await Finds("cann", bad);
        await Finds("\"cann\"");
        await Finds("support -colour", bad);
        await Finds("sup critic", bad, open);
        await Finds("status:\"waits for person\"", open);
        await Finds("-status:waits-for-person", good, bad);
        await Finds("state:failed", bad);
        await Finds("about:\"order 7\"", good);
        await Finds("\"order 7\"", good);
        foreach (var (run, digits) in new[] { (good, good.ToString("N")), (bad, bad.ToString("N")) })
        {
            await Finds($"id:{digits[^8..]}", run);
            await Finds($"id:…{digits[^6..]}", run);
            await Finds($"id:{digits[..8]}…{digits[^8..]}", run);
            await Finds(digits[^10..], run);
            await Finds($"{run}", run);
            await Finds($"{digits[^10..]} -status:running", run);
        }

        async Task Finds(string query, params Guid[] expected)
        {
            var path = Uri.EscapeDataString(query);
            var page = await host.GetAsync($"runs?q={path}");
            page.GetProperty("problems").GetArrayLength().ShouldBe(0, query);
            page.GetProperty("rows").EnumerateArray().Select(Id).ShouldBe(expected, ignoreOrder: true, query);
            Int(await host.GetAsync($"runs/count?q={path}"), "total").ShouldBe(expected.Length, query);
        }
    }

    [Fact, Trait("req", "OPS-01")]
    public async Task Every_order_goes_on_where_a_page_ended()
    {
        await using var host = await StartAsync();
        var runs = new List<Guid>();
        for (var i = 0; i < 5; i++)
            runs.Add(await host.RunAsync(Plans.Review($"ticket-{i}")));
        runs.Add(await host.Runs.SubmitAsync(Plans.Review("patch", review: "ask")));
        await host.ListedAsync(runs[^1], row => Text(row, "waitKind") == "person");
        foreach (var sort in new[] { "-started", "started", "-updated", "updated", "-duration", "duration", "-cost", "cost" })
        {
            var seen = new List<Guid>();
            string? next = null;
            do
            {
                var page = await host.GetAsync($"runs?sort={sort}&limit=2&after={next}");
                seen.AddRange(page.GetProperty("rows").EnumerateArray().Select(Id));
                next = page.GetProperty("next").GetString();
            } while (next is not null && seen.Count < 20);
            seen.ShouldBe(runs, ignoreOrder: true, sort);
            if (sort == "started")
                seen.ShouldBe(runs, sort);
            if (sort == "-started")
                seen.ShouldBe(runs.AsEnumerable().Reverse(), sort);
            // The one that goes on takes longest... once it has; it began last.
        }
        foreach (var column in new[] { "started", "updated", "cost" })
            (await OrderAsync(column)).ShouldBe((await OrderAsync($"-{column}")).Reverse(), column);
        var durations = (await host.GetAsync("runs?sort=duration"))
            .GetProperty("rows")
            .EnumerateArray()
            .Where(row => row.GetProperty("endedAt").ValueKind == JsonValueKind.String)
            .Select(row =>
                (long)(row.GetProperty("endedAt").GetDateTimeOffset() - row.GetProperty("startedAt").GetDateTimeOffset()).TotalMilliseconds
            )
            .ToList();
        durations.ShouldBe(durations.Order());

        async Task<IEnumerable<Guid>> OrderAsync(string sort) =>
            (await host.GetAsync($"runs?sort={sort}")).GetProperty("rows").EnumerateArray().Select(Id).ToList();

        (await host.TextAsync("runs?after=nonsense")).Status.ShouldBe(400);
        (await host.TextAsync("runs?sort=colour")).Status.ShouldBe(400);
    }

    [Fact, Trait("req", "OPS-01")]
    public async Task Counts_by_status_are_exact_and_values_are_counted_for_the_query()
    {
        await using var host = await StartAsync();
        await host.RunAsync(Plans.Review("ticket"));
        await host.RunAsync(Plans.Review("ticket"));
        await host.RunAsync(Plans.Review("patch", code: "fail"));
        var facets = await host.GetAsync("runs/facets");
        var status = facets.GetProperty("status");
        (Int(status, "completed"), Int(status, "failed"), Int(status, "running")).ShouldBe((2, 1, 0));
        var names = (await host.GetAsync("runs/facets?q=status:completed")).GetProperty("name");
        names.GetArrayLength().ShouldBe(1);
        (Text(names[0], "value"), Int(names[0], "count")).ShouldBe(("ticket", 2));
    }

    [Fact, Trait("req", "OPS-01")]
    public async Task A_query_that_cannot_be_read_lists_nothing_and_says_what_is_wrong()
    {
        await using var host = await StartAsync();
        await host.ListedAsync(await host.RunAsync(Plans.Review("ticket")));
        foreach (var query in new[] { "stauts:completed", "name:ticket status:nonsense", "\"open" })
        {
            var path = Uri.EscapeDataString(query);
            var page = await host.GetAsync($"runs?q={path}");
            page.GetProperty("rows").GetArrayLength().ShouldBe(0, query);
            page.GetProperty("next").ValueKind.ShouldBe(JsonValueKind.Null);
            page.GetProperty("problems").GetArrayLength().ShouldBe(1, query);
            Int(await host.GetAsync($"runs/count?q={path}"), "total").ShouldBe(0, query);
            (await host.GetAsync($"runs/facets?q={path}")).GetProperty("name").GetArrayLength().ShouldBe(0, query);
        }
    }

    [Fact]
    public async Task A_control_character_is_refused_with_its_place()
    {
        await using var host = await StartAsync();
        string[] paths =
        [
            "runs?q=a%00b",
            "runs?q=name%3Aa%00b",
            "runs?q=ok&after=%00",
            "runs/count?q=%07",
            "runs/facets?q=%1b",
            "runs/export?q=a%00",
            "query/parse?q=%00",
            "dead-letters?reason=%00",
        ];
        foreach (var path in paths)
        {
            var (status, text) = await host.TextAsync(path);
            status.ShouldBe(400, text);
            text.ShouldContain("CONTROL_CHARACTER");
            text.ShouldContain("is the control character");
        }
    }

    [Fact]
    public async Task A_submission_that_joins_a_run_does_not_change_when_it_changed()
    {
        await using var host = await StartAsync();
        var id = Guid.CreateVersion7();
        var plan = Plans.Review("ticket");
        await host.RunAsync(plan, new SubmitOptions { RunId = id });
        var row = (await host.ListedAsync(id, run => Text(run, "status") == "completed")).GetProperty("rows")[0];
        await host.Runs.SubmitAsync(plan, new SubmitOptions { RunId = id });
        var again = (await host.ListedAsync(id, run => Int(run, "version") > Int(row, "version"))).GetProperty("rows")[0];
        Text(again, "updatedAt").ShouldBe(Text(row, "updatedAt"));
    }

    [Fact, Trait("req", "OPS-01")]
    public async Task The_list_is_exported_without_formulas()
    {
        await using var host = await StartAsync();
        await host.RunAsync(Plans.Review("ticket"), new SubmitOptions { Requester = "=cmd(1),\"x\"" });
        var (status, csv) = await host.TextAsync("runs/export?q=name:ticket&format=csv");
        status.ShouldBe(200, csv);
        csv.Split("\r\n").Length.ShouldBe(3);
        csv.ShouldContain("\"'=cmd(1),\"\"x\"\"\"");
        // Excel takes a file without this mark for another encoding. (Reading as text takes the mark away.)
        var bytes = await host.BytesAsync("runs/export?q=name:ticket&format=csv");
        bytes[..3].ShouldBe([0xEF, 0xBB, 0xBF]);
        var (head, line) = (csv.Split("\r\n")[0].TrimStart('\ufeff').Split(','), csv.Split("\r\n")[1]);
        head.ShouldContain("about");
        head.ShouldContain("cost_usd");
        var lasted = line.Split(',')[Array.IndexOf(head, "duration_seconds") + 1];
        double.Parse(lasted, System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
        var json = await host.GetAsync("runs/export?format=json");
        json.GetArrayLength().ShouldBe(1);
        (await host.TextAsync("runs/export?q=nme:x")).Status.ShouldBe(400);
    }

    [Fact, Trait("req", "TRC-03")]
    public async Task A_run_s_page_says_what_it_does_and_what_it_did_at_any_entry()
    {
        await using var host = await StartAsync();
        var run = await host.Runs.SubmitAsync(Plans.Review("ticket", code: "fail-once", review: "ask"));
        await host.ListedAsync(run, row => Text(row, "waitKind") == "person" && Int(row, "stepsDone") == 2);
        var now = await host.GetAsync($"runs/{run}", "viewer,approver");
        Text(now, "story")!.ShouldContain("'review' waits for a person's answer");
        var steps = now.GetProperty("steps").EnumerateArray().ToDictionary(step => Text(step, "stepId")!);
        (Text(steps["code"], "status"), Int(steps["code"], "attempt"), Text(steps["code"], "undoneBy")).ShouldBe(("done", 2, "coder"));
        Text(steps["review"].GetProperty("question"), "text").ShouldBe("Which colour shall it be?");
        var offers = now.GetProperty("actions")
            .EnumerateArray()
            .ToDictionary(offer => Text(offer, "kind")!, offer => offer.GetProperty("enabled").GetBoolean());
        (offers["run.cancel"], offers["run.answer"]).ShouldBe((false, true));

        var last = Int(now, "lastSeq");
        var first = await host.GetAsync($"runs/{run}?at=1");
        (Int(first, "at"), Int(first, "lastSeq")).ShouldBe((1, last));
        first.GetProperty("steps").EnumerateArray().Select(step => Text(step, "status")).ShouldAllBe(status => status == "pending");

        var events = await host.GetAsync($"runs/{run}/events?limit=2");
        (events.GetProperty("rows").GetArrayLength(), Int(events, "next"), Int(events, "total")).ShouldBe((2, 2, last));
        var found = await host.GetAsync($"runs/{run}/events?q=busy");
        Text(found.GetProperty("rows")[0], "event").ShouldBe("step-retry");

        var change = await host.GetAsync($"runs/{run}/state?seq={Int(found.GetProperty("rows")[0], "seq")}");
        change
            .GetProperty("changes")
            .EnumerateArray()
            .Select(one => $"{Text(one, "path")}: {Text(one, "before")} > {Text(one, "after")}")
            .ShouldContain("steps.code.status: dispatched > retry-wait");

        var lanes = (await host.GetAsync($"runs/{run}/timeline"))
            .GetProperty("lanes")
            .EnumerateArray()
            .ToDictionary(lane => Text(lane, "stepId")!);
        lanes["code"]
            .GetProperty("bars")
            .EnumerateArray()
            .Select(bar => $"{Text(bar, "kind")} {Text(bar, "outcome")}")
            .ShouldBe(["work retried", "retry-wait done", "work done"]);
        lanes["review"]
            .GetProperty("bars")
            .EnumerateArray()
            .Select(bar => $"{Text(bar, "kind")} {Text(bar, "outcome")}")
            .ShouldBe(["work done", "question open"]);

        var waits = await host.GetAsync($"runs/{run}/waits");
        waits.GetProperty("stuck").ValueKind.ShouldBe(JsonValueKind.Null);
        waits
            .GetProperty("rows")
            .EnumerateArray()
            .Select(wait => $"{Text(wait, "stepId")} {Text(wait, "kind")}")
            .ShouldBe(["review person", "publish earlier-steps"]);
        waits.GetProperty("timers").GetArrayLength().ShouldBe(2);

        (await host.TextAsync($"runs/{Guid.NewGuid()}")).Status.ShouldBe(404);
    }

    [Fact, Trait("req", "TRC-03")]
    public async Task Everything_that_happened_is_reached_from_the_submission_in_the_causal_graph()
    {
        await using var host = await StartAsync();
        var run = await host.RunAsync(Plans.Review("patch", code: "fail-once", publish: "fail"));
        var graph = await host.GetAsync($"runs/{run}/graph");
        var nodes = graph.GetProperty("nodes").EnumerateArray().ToDictionary(node => Text(node, "id")!);
        var edges = graph
            .GetProperty("edges")
            .EnumerateArray()
            .Where(edge => Text(edge, "kind") is not "depends")
            .ToLookup(edge => Text(edge, "from")!, edge => Text(edge, "to")!);
        var reached = new HashSet<string>();
        var queue = new Queue<string>(nodes.Values.Where(node => Text(node, "label") == "run.submit.v1").Select(node => Text(node, "id")!));
        while (queue.TryDequeue(out var id))
        {
            if (reached.Add(id))
                edges[id].ToList().ForEach(queue.Enqueue);
        }
        nodes.Values.Where(node => Text(node, "kind") == "event").Select(node => Text(node, "id")!).Except(reached).ShouldBeEmpty();
        nodes.Values.Count(node => Text(node, "label") == "step.execute.v1").ShouldBe(5);
        nodes.Values.Count(node => Text(node, "label") == "step.compensate.v1").ShouldBe(2);

        var arrows = (await host.GetAsync($"runs/{run}/messages"))
            .GetProperty("arrows")
            .EnumerateArray()
            .Select(arrow => $"{Text(arrow, "from")} > {Text(arrow, "to")}: {Text(arrow, "kind")}")
            .ToList();
        arrows.ShouldContain("agent coder > run: failure");
        arrows.ShouldContain("run > agent coder: retry");
        arrows.ShouldContain("run > agent planner: undo");
        arrows.ShouldContain("agent planner > run: undo");

        var message = nodes.Values.First(node => Text(node, "label") == "step.completed.v1");
        Text(await host.GetAsync($"resolve?message={Text(message, "detail")}"), "href")!
            .ShouldStartWith($"/runs/{run}?event=", Case.Insensitive);
        Text(await host.GetAsync($"resolve?correlation={run}"), "href").ShouldBe($"/runs/{run}");
        (await host.TextAsync($"resolve?correlation={Guid.NewGuid()}")).Status.ShouldBe(404);
    }

    [Fact, Trait("req", "TRC-09")]
    public async Task Two_runs_are_compared_step_by_step()
    {
        await using var host = await StartAsync();
        var a = await host.RunAsync(Plans.Review("ticket"));
        var b = await host.RunAsync(Plans.Review("ticket", code: "fail"));
        var comparison = await host.GetAsync($"runs/compare?a={a}&b={b}");
        Text(comparison.GetProperty("first"), "stepId").ShouldBe("code");
        Text(comparison.GetProperty("first"), "what").ShouldBe("step-completed in the first, step-failed: NON_RETRYABLE in the second");
        var steps = comparison.GetProperty("steps").EnumerateArray().ToDictionary(step => Text(step, "stepId")!);
        steps["code"].GetProperty("same").GetBoolean().ShouldBeFalse();
        (await host.GetAsync($"runs/compare?a={a}&b={a}")).GetProperty("first").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Bodies_are_for_those_who_may_read_them_and_reading_is_recorded()
    {
        await using var host = await StartAsync();
        var run = await host.RunAsync(Plans.Review("ticket"));
        (await host.TextAsync($"runs/{run}/payloads", "viewer,operator,approver,admin")).Status.ShouldBe(403);
        (await host.TextAsync($"runs/{run}/export", "viewer")).Text.ShouldNotContain("secret-input");
        var rows = (await host.GetAsync($"runs/{run}/payloads", "payload-reader")).GetProperty("rows").EnumerateArray().ToList();
        rows.Select(row => $"{Text(row, "stepId")} {Text(row, "kind")}").ShouldContain("plan output");
        rows.Count.ShouldBe(8);
        (await host.TextAsync($"runs/{run}/export", "payload-reader")).Text.ShouldContain("secret-input");
        var audit = await host.GetAsync($"runs/{run}/audit");
        audit.GetProperty("rows").EnumerateArray().Count(row => Text(row, "kind") == "payload.read").ShouldBe(2);
    }

    [Fact]
    public async Task Refused_and_joined_submissions_say_so()
    {
        await using var host = await StartAsync();
        var first = await host.Runs.SubmitAsync(
            Plans.Review("ticket", review: "ask"),
            new SubmitOptions { Requester = "billing", BusinessScope = "order 7" }
        );
        await host.ListedAsync(first);
        var second = await host.Runs.SubmitAsync(
            Plans.Review("ticket"),
            new SubmitOptions { Requester = "billing", BusinessScope = "order 7" }
        );
        var page = await host.UntilStatusAsync($"runs/{second}", 200);
        (Text(page, "joinedRunId"), Text(page.GetProperty("run"), "runId")).ShouldBe(($"{first}", $"{first}"));
        var refused = await host.Runs.SubmitAsync(Plan.Named("bad").Step("one", "nobody", new Job { Do = "ok" }));
        await Coordination.Testing.Eventually.Until(
            async () => (await host.TextAsync($"runs/{refused}")).Text.Contains("REJECTED", StringComparison.Ordinal),
            TimeSpan.FromSeconds(30),
            "the refusal to be told"
        );
    }

    private protected static string? Text(JsonElement from, string name) => from.GetProperty(name).GetString();

    private protected static int Int(JsonElement from, string name) => from.GetProperty(name).GetInt32();

    private protected static Guid Id(JsonElement row) => row.GetProperty("runId").GetGuid();
}

public sealed class RunsOnSqlite : RunContract
{
    private protected override Task<MonitorHost> StartAsync(Action<HostSetting>? set = null) => MonitorHost.EmbeddedAsync(set);
}

[Trait("needs", "servers")]
public sealed class RunsOnServers : RunContract
{
    private protected override Task<MonitorHost> StartAsync(Action<HostSetting>? set = null) =>
        MonitorHost.OnServersAsync(TestContext.Current.CancellationToken, set);
}
