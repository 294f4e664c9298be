using System.Text.Json;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Monitor.Tests.Work;

/// <summary>What the API shows of everything that is not a run, on each database.</summary>
public abstract class WorkContract
{
    private protected abstract Task<WorkHost> StartAsync();

    [Fact]
    [Trait("req", "VOTE-01")]
    public async Task A_sealed_ballot_shows_what_is_asked_and_nothing_of_the_votes()
    {
        await using var host = await StartAsync();
        var ballot = await host.OpenAsync("refund-a=refund refund-b=refund fraud-desk=-");
        var detail = await host.UntilAsync($"ballots/{ballot}", _ => true, "admin");
        await Task.Delay(500, TestContext.Current.CancellationToken);
        detail = await host.GetAsync($"ballots/{ballot}", "admin");

        detail.GetProperty("sealed").GetBoolean().ShouldBeTrue();
        detail.GetProperty("rule").GetString()!.ShouldStartWith("Majority: an option needs more than half of 3 voters: 2.");
        foreach (var part in new[] { "rounds", "votes", "silent", "answers", "flips", "dissent" })
            detail.GetProperty(part).GetArrayLength().ShouldBe(0, part);
        detail.GetProperty("record").GetProperty("lines").GetInt32().ShouldBe(0);
        detail.GetProperty("record").GetProperty("fault").ValueKind.ShouldBe(JsonValueKind.Null);
        detail.GetRawText().ShouldNotContain("because of");
        detail.GetProperty("subjectHidden").GetBoolean().ShouldBeTrue("an admin is no payload reader");
        Kinds(detail).ShouldBe(["ballot.cancel"]);
    }

    [Fact]
    [Trait("req", "VOTE-17")]
    public async Task A_ballot_that_waits_for_people_comes_first_and_says_who_dissents_and_what_would_flip_it()
    {
        await using var host = await StartAsync();
        var decided = await host.OpenAsync("fraud-desk=refund");
        await host.UntilAsync($"ballots/{decided}", b => Status(b) == "decided");
        var ballot = await host.OpenAsync("fraud-desk=review");
        var detail = await host.UntilAsync($"ballots/{ballot}", b => Status(b) == "people", "approver,payload-reader");

        var first = (await host.GetAsync("ballots?limit=1")).GetProperty("rows")[0];
        first.GetProperty("ballotId").GetGuid().ShouldBe(ballot);
        var next = (await host.GetAsync("ballots?limit=1")).GetProperty("next").GetString();
        (await host.GetAsync($"ballots?limit=1&after={next}")).GetProperty("rows")[0].GetProperty("ballotId").GetGuid().ShouldBe(decided);
        (await host.GetAsync("ballots?status=people")).GetProperty("rows").GetArrayLength().ShouldBe(1);
        (await host.GetAsync("ballots?status=decided&q=FRAUD-desk=REF")).GetProperty("rows").GetArrayLength().ShouldBe(1);

        detail.GetProperty("dissent").EnumerateArray().Select(v => v.GetString()).ShouldBe(["fraud-desk"]);
        Texts(detail, "flips").ShouldContain("With refund or ABSTAIN from fraud-desk instead of review, refund would have been decided.");
        var round = detail.GetProperty("rounds")[0];
        round.GetProperty("inHeads").GetBoolean().ShouldBeTrue();
        (round.GetProperty("needed").GetDouble(), round.GetProperty("whole").GetDouble(), round.GetProperty("missing").GetInt32()).ShouldBe(
            (2, 3, 0)
        );
        round.GetProperty("tally").EnumerateArray().Select(t => t.GetProperty("votes").GetInt32()).ShouldBe([2, 1]);
        var vote = detail.GetProperty("votes").EnumerateArray().Single(v => v.GetProperty("voter").GetString() == "fraud-desk");
        (
            vote.GetProperty("expert").GetBoolean(),
            vote.GetProperty("mayVeto").GetBoolean(),
            vote.GetProperty("dissents").GetBoolean()
        ).ShouldBe((true, true, true));
        detail.GetProperty("options")[0].GetProperty("arguments").GetProperty("amount").GetInt32().ShouldBe(90);
        detail.GetProperty("record").GetProperty("fault").ValueKind.ShouldBe(JsonValueKind.Null);
        Offer(detail, "ballot.answer").ShouldBeTrue();
        Offer(await host.GetAsync($"ballots/{ballot}", "approver", "fraud-desk"), "ballot.answer")
            .ShouldBeFalse("a voter does not decide for people");
        Offer(await host.GetAsync($"ballots/{ballot}"), "ballot.answer").ShouldBeFalse("a viewer looks");
        (await host.GetAsync($"ballots/{ballot}")).GetRawText().ShouldNotContain("4711");

        var attention = (await host.UntilAsync("overview", o => o.GetProperty("nav").GetProperty("ballots").GetInt32() == 1)).GetProperty(
            "attention"
        );
        attention.EnumerateArray().ShouldContain(item => item.GetProperty("href").GetString() == $"/consensus/{ballot}");

        await host.Ballots.AnswerAsync(ballot, "review", "ada", "third charge-back", null, TestContext.Current.CancellationToken);
        detail = await host.UntilAsync($"ballots/{ballot}", b => Status(b) == "decided", "operator");
        detail.GetProperty("answers")[0].GetProperty("person").GetString().ShouldBe("ada");
        detail
            .GetProperty("dissent")
            .EnumerateArray()
            .Select(v => v.GetString())
            .ShouldBe(["fraud-desk"], "a person's word does not change who was against it");
        var decision = detail.GetProperty("decision");
        (
            decision.GetProperty("by").GetString(),
            decision.GetProperty("option").GetString(),
            decision.GetProperty("people")[0].GetString(),
            decision.GetProperty("note").GetString()
        ).ShouldBe(("people", "review", "ada", "third charge-back"));
        Offer(detail, "ballot.report").ShouldBeTrue();
        await host.Ballots.ReportOutcomeAsync(ballot, "review", "ada", null, TestContext.Current.CancellationToken);
        detail = await host.UntilAsync($"ballots/{ballot}", b => b.GetProperty("reported").ValueKind == JsonValueKind.String, "operator");
        Offer(detail, "ballot.report").ShouldBeFalse("it counts once");
        (await host.GetAsync("voters")).GetProperty("rows").GetArrayLength().ShouldBe(3);
    }

    [Fact]
    public async Task A_ballot_that_was_not_opened_says_why()
    {
        await using var host = await StartAsync();
        var ballot = await host.OpenAsync("x", request => request with { Tier = "T3" });
        var (status, _) = await host.TextAsync($"ballots/{Guid.NewGuid()}");
        status.ShouldBe(404);
        await host.UntilAsync("ballots?status=refused", page => page.GetProperty("rows").GetArrayLength() == 1);
        var detail = await host.GetAsync($"ballots/{ballot}");
        Status(detail).ShouldBe("refused");
        detail
            .GetProperty("refusal")
            .EnumerateArray()
            .ShouldContain(p => p.GetProperty("message").GetString()!.Contains("tier T3 needs 4"));
        detail.GetProperty("actions").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    [Trait("req", "OPS-01")]
    public async Task A_run_at_an_earlier_entry_shows_nothing_that_was_not_there_yet()
    {
        await using var host = await StartAsync();
        var plan = Plan.Named("refund")
            .Step(
                "pay",
                "payer",
                new { order = 17 },
                decision: new DecisionPlan
                {
                    Policy = "refund",
                    Question = "fraud-desk=review",
                    Allow = "refund",
                    Others = ["review"],
                    Flags = ["fraud"],
                }
            );
        var run = await host.Runs.SubmitAsync(plan);
        var rows = (await host.UntilAsync("ballots?status=people", page => page.GetProperty("rows").GetArrayLength() == 1)).GetProperty(
            "rows"
        );
        var ballot = rows[0].GetProperty("ballotId").GetGuid();
        var options = (await host.GetAsync($"ballots/{ballot}", "approver")).GetProperty("options");
        options[0].GetProperty("follows").GetString().ShouldBe("'pay' is carried out, and the run goes on.");
        options[1].GetProperty("follows").GetString().ShouldBe("'pay' is not carried out: the run fails.");
        await host.Ballots.AnswerAsync(ballot, "refund", "ada", "known customer", null, TestContext.Current.CancellationToken);
        var now = await host.UntilAsync(
            $"runs/{run}",
            page => page.GetProperty("steps")[0].GetProperty("question").ValueKind == JsonValueKind.Object,
            "viewer,approver"
        );
        Texts(now.GetProperty("steps")[0].GetProperty("question"), "options").ShouldBe(["happened", "did-not-happen"], "nothing undoes it");

        var opened = await host.GetAsync($"runs/{run}?at=2", "viewer,approver,operator");
        opened.GetProperty("moment").ValueKind.ShouldBe(JsonValueKind.String);
        opened.GetProperty("ballots")[0].GetProperty("status").GetString().ShouldBe("voting");
        opened.GetProperty("actions").EnumerateArray().ShouldAllBe(offer => !offer.GetProperty("enabled").GetBoolean());
        var then = await host.GetAsync($"runs/{run}/ballots/{ballot}?at=2");
        (then.GetProperty("sealed").GetBoolean(), then.GetProperty("votes").GetArrayLength()).ShouldBe((true, 0));
        (await host.TextAsync($"runs/{run}/ballots/{ballot}?at=1")).Status.ShouldBe(404);
        (await host.GetAsync($"runs/{run}/effects?at=2")).GetProperty("rows").GetArrayLength().ShouldBe(0);
        (await host.GetAsync($"runs/{run}/journal?at=2")).GetProperty("rows").GetArrayLength().ShouldBe(0);
        Kinds("messages", "arrows", 2).ShouldBe(["control", "vote"], ignoreOrder: true);
        Kinds("graph", "nodes", 2).ShouldBe(["step", "message", "event", "ballot"], ignoreOrder: true);

        var last = now.GetProperty("lastSeq").GetInt32();
        (await host.GetAsync($"runs/{run}/effects?at={last}")).GetProperty("rows")[0].GetProperty("status").GetString().ShouldBe("indoubt");
        (await host.GetAsync($"runs/{run}/ballots/{ballot}?at={last}")).GetProperty("votes").GetArrayLength().ShouldBe(3);
        Kinds("graph", "nodes", last).ShouldContain("vote");

        IEnumerable<string?> Kinds(string what, string rows, int at) =>
            host.GetAsync($"runs/{run}/{what}?at={at}")
                .GetAwaiter()
                .GetResult()
                .GetProperty(rows)
                .EnumerateArray()
                .Select(row => row.GetProperty("kind").GetString())
                .Distinct();
    }

    [Fact]
    public async Task Letters_that_failed_alike_are_one_group_and_their_bodies_are_for_those_who_may_see_them()
    {
        await using var host = await StartAsync();
        var run = Guid.CreateVersion7();
        await host.ParkAsync("order.placed.v1", count: 3);
        await host.ParkAsync("order.paid.v1", run: run, body: "no json");

        var groups = await host.UntilAsync("dead-letters/groups", g => g.GetProperty("open").GetInt32() == 4);
        groups.GetProperty("rows").EnumerateArray().Select(g => g.GetProperty("count").GetInt32()).ShouldBe([3, 1]);
        var group = groups.GetProperty("rows")[0];
        group.GetProperty("spark").EnumerateArray().Select(n => n.GetInt32()).ShouldBe([.. Enumerable.Repeat(0, 23), 3]);
        group.GetProperty("growing").GetBoolean().ShouldBeTrue();
        var fingerprint = group.GetProperty("fingerprint").GetString();
        foreach (var query in new[] { $"group={fingerprint}", $"group={fingerprint}&state=all", "type=order.placed.v1", "q=ORDER.PLACED" })
            (await host.GetAsync($"dead-letters?{query}")).GetProperty("rows").GetArrayLength().ShouldBe(3, query);
        (await host.GetAsync("dead-letters?group=nothing")).GetProperty("rows").GetArrayLength().ShouldBe(0);
        var first = await host.GetAsync("dead-letters?limit=2");
        var second = await host.GetAsync($"dead-letters?limit=2&after={first.GetProperty("next").GetString()}");
        first
            .GetProperty("rows")
            .EnumerateArray()
            .Concat(second.GetProperty("rows").EnumerateArray())
            .Select(l => l.GetProperty("id").GetInt64())
            .Distinct()
            .Count()
            .ShouldBe(4);

        var id = (await host.GetAsync($"dead-letters?run={run}")).GetProperty("rows")[0].GetProperty("id").GetInt64();
        var hidden = await host.GetAsync($"dead-letters/{id}", "operator");
        (
            hidden.GetProperty("body").ValueKind,
            hidden.GetProperty("bodyHidden").GetBoolean(),
            hidden.GetProperty("bytes").GetInt32()
        ).ShouldBe((JsonValueKind.Null, true, 7));
        hidden.GetProperty("headers").GetProperty("x-api-key").GetString().ShouldBe("(hidden)");
        hidden.GetProperty("traceId").GetString().ShouldBe("4bf92f3577b34da6a3ce929d0e0e4736");
        hidden.GetProperty("failures").GetArrayLength().ShouldBe(1);
        Offer(hidden, "dead-letter.retry").ShouldBeTrue();
        Offer(hidden, "dead-letter.edit").ShouldBeFalse("who edits a body sees it");
        (await AuditedAsync(host)).ShouldBe(0);
        (await host.GetAsync($"dead-letters/{id}", "operator,payload-reader")).GetProperty("body").GetString().ShouldBe("no json");
        (await AuditedAsync(host)).ShouldBe(1);

        await host.Services.GetRequiredService<IDeadLetters>().RetryAsync(id, "ada", TestContext.Current.CancellationToken);
        var again = await host.UntilAsync(
            $"dead-letters?run={run}",
            p => p.GetProperty("rows") is { } rows && rows.GetArrayLength() == 1 && rows[0].GetProperty("id").GetInt64() != id
        );
        var repeat = again.GetProperty("rows")[0].GetProperty("id").GetInt64();
        (await host.GetAsync($"dead-letters/{repeat}"))
            .GetProperty("history")
            .EnumerateArray()
            .Select(l => l.GetProperty("id").GetInt64())
            .ShouldBe([id, repeat]);
        (await host.GetAsync($"dead-letters/{id}")).GetProperty("history").GetArrayLength().ShouldBe(2);
        (
            await host.UntilAsync(
                "dead-letters/groups",
                g => g.GetProperty("rows").EnumerateArray().Any(r => r.GetProperty("repeats").GetInt32() == 1)
            )
        ).ValueKind.ShouldBe(JsonValueKind.Object);

        var (_, csv) = await host.TextAsync("dead-letters/export?format=csv");
        csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(5);
        var (_, json) = await host.TextAsync("dead-letters/export?format=json&type=order.placed.v1");
        JsonSerializer.Deserialize<JsonElement>(json).GetArrayLength().ShouldBe(3);
    }

    [Fact]
    [Trait("req", "VOTE-01")]
    public async Task A_vote_that_was_parked_stays_sealed_as_long_as_its_ballot()
    {
        await using var host = await StartAsync();
        var ballot = await host.OpenAsync("refund-a=- refund-b=- fraud-desk=-");
        await host.UntilAsync("ballots?status=voting", page => page.GetProperty("rows").GetArrayLength() == 1);
        await host.ParkAsync("ballot.cast-vote.v1", body: $$"""{"ballotId":"{{ballot}}","choice":"refund"}""");
        var id = (await host.GetAsync("dead-letters")).GetProperty("rows")[0].GetProperty("id").GetInt64();

        var hidden = await host.GetAsync($"dead-letters/{id}", "admin,payload-reader");
        (hidden.GetProperty("body").ValueKind, hidden.GetProperty("bodyHidden").GetBoolean()).ShouldBe((JsonValueKind.Null, true));

        await host.Ballots.CancelAsync(ballot, "ada", null, null, TestContext.Current.CancellationToken);
        await host.UntilAsync($"ballots/{ballot}", b => Status(b) == "decided");
        (await host.GetAsync($"dead-letters/{id}", "payload-reader")).GetProperty("body").GetString()!.ShouldContain("refund");
    }

    [Fact]
    public async Task An_effect_in_doubt_comes_first_with_the_question_a_person_can_answer()
    {
        await using var host = await StartAsync();
        var run = await host.Runs.SubmitAsync(Plan.Named("pay").Step("pay", "payer", new { }), null, TestContext.Current.CancellationToken);
        var page = await host.UntilAsync(
            "effects",
            p =>
                p.GetProperty("rows") is { } rows
                && rows.GetArrayLength() == 1
                && rows[0].GetProperty("questionId").ValueKind == JsonValueKind.String
        );
        var effect = page.GetProperty("rows")[0];
        (
            effect.GetProperty("runId").GetGuid(),
            effect.GetProperty("runName").GetString(),
            effect.GetProperty("status").GetString()
        ).ShouldBe((run, "pay", "indoubt"));
        effect.GetProperty("questionId").GetString().ShouldBe($"effect:{effect.GetProperty("key").GetString()}:1");
        effect.GetProperty("lastDetail").ValueKind.ShouldBe(JsonValueKind.String);
        foreach (var query in new[] { "status=indoubt", $"run={run}", "q=PAY@1" })
            (await host.GetAsync($"effects?{query}")).GetProperty("rows").GetArrayLength().ShouldBe(1, query);
        (await host.GetAsync("effects?status=succeeded")).GetProperty("rows").GetArrayLength().ShouldBe(0);
        (await host.UntilAsync("overview", o => o.GetProperty("nav").GetProperty("effects").GetInt32() == 1))
            .GetProperty("nav")
            .GetProperty("questions")
            .GetInt32()
            .ShouldBe(0, "a question about an effect is no agent's");

        var timers = await host.GetAsync("timers");
        var words = timers.GetProperty("rows").EnumerateArray().Select(t => t.GetProperty("what").GetString()).ToList();
        words.ShouldContain("deadline of the run");
        words.ShouldContain("end of the wait for an answer at step pay");
        timers.GetProperty("rows").EnumerateArray().ShouldAllBe(t => t.GetProperty("runName").GetString() == "pay");
        var own = (await host.GetAsync($"timers?run={run}"))
            .GetProperty("rows")
            .EnumerateArray()
            .Select(t => t.GetProperty("token").GetGuid())
            .ToList();
        own.Order().ShouldBe(timers.GetProperty("rows").EnumerateArray().Select(t => t.GetProperty("token").GetGuid()).Order());
        var one = await host.GetAsync("timers?limit=1");
        (await host.GetAsync($"timers?limit=1&after={one.GetProperty("next").GetString()}"))
            .GetProperty("rows")[0]
            .GetProperty("token")
            .GetGuid()
            .ShouldNotBe(one.GetProperty("rows")[0].GetProperty("token").GetGuid());

        await host.Runs.CancelAsync(run, "ada", cancellationToken: TestContext.Current.CancellationToken);
        var left = await host.UntilAsync(
            "effects",
            p => p.GetProperty("rows")[0].GetProperty("questionId").ValueKind == JsonValueKind.Null
        );
        left.GetProperty("rows")[0].GetProperty("status").GetString().ShouldBe("indoubt", "nobody is asked any more, and nobody knows");
    }

    [Fact]
    public async Task Agents_show_who_is_alive_and_flow_shows_what_moves()
    {
        await using var host = await StartAsync();
        var agents = await host.UntilAsync(
            "agents",
            a => a.GetProperty("rows").EnumerateArray().Any(r => r.GetProperty("agentType").GetString() == "payer")
        );
        var payer = agents.GetProperty("rows").EnumerateArray().Single(r => r.GetProperty("agentType").GetString() == "payer");
        (payer.GetProperty("alive").GetInt32(), payer.GetProperty("skew").GetBoolean(), payer.GetProperty("waiting").GetInt32()).ShouldBe(
            (1, false, 0)
        );
        var flow = await host.GetAsync("flow");
        flow.GetProperty("hosts")[0].GetProperty("state").GetString().ShouldBe("ok");
        flow.GetProperty("outbox").GetProperty("late").GetInt32().ShouldBe(0);
        Broker(flow);
        await host.ParkAsync("order.placed.v1");
        var parked = await host.UntilAsync(
            "flow",
            f => f.GetProperty("endpoints").EnumerateArray().Any(e => e.GetProperty("deadLetters").GetInt32() == 1)
        );
        parked.GetProperty("at").GetDateTimeOffset().Offset.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task What_cannot_be_understood_is_refused_with_what_helps()
    {
        await using var host = await StartAsync();
        foreach (
            var path in new[]
            {
                "ballots?status=x",
                "ballots?after=x",
                "ballots?after=WzEsMl0",
                "effects?status=x",
                "dead-letters?state=x",
                "timers?after=WyJ4IiwiIiwiIl0",
                "dead-letters/export?format=x",
            }
        )
        {
            var (status, text) = await host.TextAsync(path);
            status.ShouldBe(400, $"{path}: {text}");
        }
        (await host.TextAsync("dead-letters/999")).Status.ShouldBe(404);
    }

    private protected abstract void Broker(JsonElement flow);

    private static string Status(JsonElement detail) => detail.GetProperty("ballot").GetProperty("status").GetString()!;

    private static IEnumerable<string> Texts(JsonElement detail, string part) =>
        detail.GetProperty(part).EnumerateArray().Select(text => text.GetString()!);

    private static IEnumerable<string> Kinds(JsonElement detail) =>
        detail.GetProperty("actions").EnumerateArray().Select(a => a.GetProperty("kind").GetString()!);

    private static bool Offer(JsonElement detail, string kind) =>
        detail
            .GetProperty("actions")
            .EnumerateArray()
            .Any(a => a.GetProperty("kind").GetString() == kind && a.GetProperty("enabled").GetBoolean());

    private static async Task<long> AuditedAsync(WorkHost host) =>
        (
            await host.Units.QueryAsync(
                new Statement($"SELECT count(*) FROM {host.Units.Dialect.Table("monitor_audit")} WHERE kind = 'payload.read'"),
                row => row.GetInt64(0)
            )
        )[0];
}

public sealed class EmbeddedWork : WorkContract
{
    private protected override Task<WorkHost> StartAsync() => WorkHost.EmbeddedAsync();

    private protected override void Broker(JsonElement flow)
    {
        flow.GetProperty("queues").ValueKind.ShouldBe(JsonValueKind.Null);
        flow.GetProperty("brokerNote").GetString()!.ShouldStartWith("There is no broker");
    }
}

[Trait("needs", "servers")]
public sealed class WorkOnServers : WorkContract
{
    private protected override Task<WorkHost> StartAsync() => WorkHost.OnServersAsync(TestContext.Current.CancellationToken);

    private protected override void Broker(JsonElement flow) =>
        flow.GetProperty("queues")
            .EnumerateArray()
            .ShouldContain(q => q.GetProperty("queue").GetString() == "agent-payer" && q.GetProperty("consumers").GetInt32() == 1);
}
