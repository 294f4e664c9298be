using System.Net;
using System.Text.Json;
using Coordination.Persistence;
using Coordination.Testing;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Monitor.Tests.Acting;

/// <summary>Every change on both databases: done, once, with a line in the audit.</summary>
public abstract class When_people_act(bool postgres)
{
    private Task<ActingHost> StartAsync() => ActingHost.StartAsync(postgres);

    [Fact, Trait("req", "OPS-02")]
    public async Task A_run_is_cancelled_with_its_reason()
    {
        await using var host = await StartAsync();
        var run = await host.RunAsync("slow", "running");
        using var ann = host.As("ann", "operator");

        var answer = await ann.OperateAsync(
            new
            {
                kind = "run.cancel",
                targets = new[] { new { run } },
                reason = "duplicate order",
            }
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        (await answer.JsonAsync())
            .GetProperty("commandLine")
            .GetString()
            .ShouldBe($"coordination runs cancel {run} --note 'duplicate order'");
        await UntilAsync(async () => await host.OneAsync("coord_v1_runs", "status", "run_id", run) == "cancelled", "a cancelled run");
        var line = (await ann.ReadAsync($"runs/{run}/audit")).GetProperty("rows")[0];
        line.GetProperty("actor").GetString().ShouldBe("ann");
        line.GetProperty("reason").GetString().ShouldBe("duplicate order");
        line.GetProperty("outcome").GetString().ShouldBe("done");
        line.GetProperty("before").GetProperty("status").GetString().ShouldBe("running");
        var page = await ann.ReadAsync($"runs/{run}");
        Said(page).ShouldBe("ann: duplicate order");
        Said(await ann.ReadAsync($"runs/{run}?at=1")).ShouldBeNull("nobody had asked for it by then");
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task A_runs_page_tells_who_stopped_it_and_nobody_where_nobody_did()
    {
        await using var host = await StartAsync();
        var runs = host.Services.GetRequiredService<RunClient>();
        var (byProgram, late) = (await host.RunAsync("slow", "running"), Guid.CreateVersion7());
        await runs.CancelAsync(byProgram, "nightly-job");
        await runs.SubmitAsync(
            Plan.Named("late").Step("one", "slow").Within(TimeSpan.FromSeconds(1)).Build(),
            new SubmitOptions { RunId = late }
        );
        await UntilAsync(async () => await host.OneAsync("coord_v1_runs", "status", "run_id", byProgram) == "cancelled", "a cancelled run");
        await UntilAsync(async () => await host.OneAsync("coord_v1_runs", "status", "run_id", late) == "expired", "an expired run");
        using var ann = host.As("ann", "viewer");
        Said(await ann.ReadAsync($"runs/{byProgram}")).ShouldBe("nightly-job: ", "no reason was given");
        var expired = await ann.ReadAsync($"runs/{late}");
        Said(expired).ShouldBeNull();
        expired.GetProperty("story").GetString()!.ShouldStartWith("Its deadline passed");
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task An_agents_question_is_answered_once()
    {
        await using var host = await StartAsync();
        var run = await host.RunAsync("asking", "input-wait");
        using var bob = host.As("bob", "approver");
        object Answer(string question) =>
            new
            {
                kind = "run.answer",
                targets = new[]
                {
                    new
                    {
                        run,
                        step = "one",
                        question,
                    },
                },
                parameters = new { answer = true },
            };

        (await bob.OperateAsync(Answer("another"))).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await bob.OperateAsync(Answer("may-i"))).StatusCode.ShouldBe(HttpStatusCode.OK);

        await UntilAsync(async () => await host.OneAsync("coord_v1_runs", "status", "run_id", run) == "completed", "a completed run");
        (await bob.OperateAsync(Answer("may-i"))).StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task An_effect_in_doubt_gets_its_verdict()
    {
        await using var host = await StartAsync();
        var run = await host.RunAsync("doubtful", "input-wait");
        var effect = await host.OneAsync("coord_v1_effects", "effect_key", "run_id", run);
        using var ann = host.As("ann", "operator");
        object Word(string verdict, string? reason) =>
            new
            {
                kind = "effect.resolve",
                targets = new[] { new { run, effect } },
                parameters = new { verdict },
                reason,
            };

        (await ann.OperateAsync(Word("compensate", null))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ann.OperateAsync(Word("perhaps", "x"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ann.OperateAsync(Word("compensate", "nobody knows"))).StatusCode.ShouldBe(HttpStatusCode.OK);

        await UntilAsync(async () => await host.OneAsync("coord_v1_runs", "status", "run_id", run) == "failed", "a failed run");
        (await host.OneAsync("coord_v1_effects", "status", "run_id", run)).ShouldBe("givenup");
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task A_ballot_is_answered_with_an_option_or_with_none_and_never_by_silence()
    {
        await using var host = await StartAsync();
        var ballot = await host.BallotAsync();
        using var bob = host.As("bob", "approver");
        object Say(object parameters) =>
            new
            {
                kind = "ballot.answer",
                targets = new[] { new { ballot } },
                parameters,
            };

        (await bob.OperateAsync(Say(new { }))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await bob.OperateAsync(Say(new { option = "maybe" }))).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        using (var requester = host.As("test", "approver"))
            (await requester.OperateAsync(Say(new { option = "yes" }))).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await bob.OperateAsync(Say(new { option = (string?)null }))).StatusCode.ShouldBe(HttpStatusCode.OK);

        await UntilAsync(async () => await host.OneAsync("coord_v1_ballots", "status", "ballot_id", ballot) == "decided", "a decision");
        (await host.OneAsync("coord_v1_ballots", "option", "ballot_id", ballot)).ShouldBe("");
        (await host.OneAsync("coord_v1_ballots", "decided_by", "ballot_id", ballot)).ShouldBe("people");
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task A_timer_is_moved_and_cancelled()
    {
        await using var host = await StartAsync();
        var run = await host.RunAsync("slow", "running");
        var timers = host.Services.GetRequiredService<ITimers>();
        var timer = (await timers.ListAsync(run, 10)).OrderBy(t => t.DueAt).Last();
        using var ann = host.As("ann", "operator");

        var moved = new
        {
            kind = "timer.move",
            targets = new[] { new { timer = timer.Token } },
            parameters = new { delaySeconds = 7_200 },
            reason = "later",
        };
        (await ann.OperateAsync(moved)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await timers.ListAsync(run, 10)).Single(t => t.Token == timer.Token).DueAt.ShouldBeGreaterThan(timer.DueAt.AddMinutes(30));

        var cancelled = new
        {
            kind = "timer.cancel",
            targets = new[] { new { timer = timer.Token } },
            reason = "not needed",
        };
        (await ann.OperateAsync(cancelled)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await timers.ListAsync(run, 10)).ShouldNotContain(t => t.Token == timer.Token);
        (await ann.OperateAsync(cancelled)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task A_dead_letter_is_edited_after_its_contract_and_sent()
    {
        await using var host = await StartAsync();
        var letter = await host.LetterAsync();
        var letters = host.Services.GetRequiredService<IDeadLetters>();
        var body = System.Text.Encoding.UTF8.GetString((await letters.FindAsync(letter))!.Message.Body);
        using var ann = host.As("ann", "operator,payload-reader");
        object Edit(string text, bool dryRun = false) =>
            new
            {
                kind = "dead-letter.edit",
                targets = new[] { new { letter } },
                parameters = new { body = text, retry = true },
                reason = "the name was wrong",
                dryRun,
            };

        var bad = await ann.OperateAsync(Edit("""{"runId":"x"}""", dryRun: true));
        (await bad.JsonAsync()).GetProperty("preview").GetProperty("problems").GetArrayLength().ShouldBeGreaterThan(0);
        (await ann.OperateAsync(Edit("""{"runId":"x"}"""))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        var better = body.Replace("\"test\"", "\"ann\"", StringComparison.Ordinal);
        var preview = (await (await ann.OperateAsync(Edit(better, dryRun: true))).JsonAsync()).GetProperty("preview");
        preview.GetProperty("problems").GetArrayLength().ShouldBe(0);
        preview.GetProperty("diff").EnumerateArray().Count(line => line.GetProperty("kind").GetString() != "same").ShouldBe(2);
        (await letters.FindAsync(letter))!.State.ShouldBe("open", "a dry run changes nothing");

        (await ann.OperateAsync(Edit(better))).StatusCode.ShouldBe(HttpStatusCode.OK);
        var old = (await letters.FindAsync(letter))!;
        old.State.ShouldBe("superseded");
        (await letters.FindAsync(old.ReplacedBy!.Value))!.State.ShouldBe("retried");
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task Many_dead_letters_are_discarded_by_a_filter_as_it_was_seen()
    {
        await using var host = await StartAsync();
        var letters = host.Services.GetRequiredService<IDeadLetters>();
        var seen = new List<long>();
        for (var i = 0; i < 25; i++)
            seen.Add(await host.LetterAsync("POISON_MESSAGE"));
        var other = await host.LetterAsync("HANDLER_FAILED");
        using var ann = host.As("ann", "operator");
        object Discard(object select, bool dryRun) =>
            new
            {
                kind = "dead-letter.discard",
                select,
                reason = "test data",
                dryRun,
            };

        var preview = (await (await ann.OperateAsync(Discard(new { reason = "POISON_MESSAGE" }, true))).JsonAsync()).GetProperty("preview");
        preview.GetProperty("count").GetInt32().ShouldBe(25);
        var late = await host.LetterAsync("POISON_MESSAGE");
        var select = new { reason = "POISON_MESSAGE", asOf = preview.GetProperty("asOf").GetString() };
        var begun = await ann.OperateAsync(Discard(select, false));
        begun.StatusCode.ShouldBe(HttpStatusCode.Accepted, await begun.Content.ReadAsStringAsync());
        var id = (await begun.JsonAsync()).GetProperty("id").GetGuid();

        await UntilAsync(
            async () => (await ann.ReadAsync($"operations/{id}")).GetProperty("status").GetString() == "done",
            "an operation that is done"
        );
        var operation = await ann.ReadAsync($"operations/{id}");
        operation.GetProperty("done").GetInt32().ShouldBe(25);
        foreach (var letter in seen)
            (await letters.FindAsync(letter))!.State.ShouldBe("discarded");
        (await letters.FindAsync(late))!.State.ShouldBe("open", "it came after the dry run");
        (await letters.FindAsync(other))!.State.ShouldBe("open");
        (await ann.ReadAsync($"audit?kind=dead-letter.discard&limit=200")).GetProperty("rows").GetArrayLength().ShouldBe(26);
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task An_operation_on_many_is_suspended_resumed_and_cancelled()
    {
        await using var host = await StartAsync();
        for (var i = 0; i < 12; i++)
            await host.LetterAsync("POISON_MESSAGE");
        using var ann = host.As("ann", "operator");
        var slow = new
        {
            kind = "dead-letter.discard",
            select = new { reason = "POISON_MESSAGE" },
            parameters = new { perSecond = 2 },
            reason = "test data",
        };
        var id = (await (await ann.OperateAsync(slow)).JsonAsync()).GetProperty("id").GetGuid();
        async Task<(string Status, int Done)> NowAsync()
        {
            var operation = await ann.ReadAsync($"operations/{id}");
            return (operation.GetProperty("status").GetString()!, operation.GetProperty("done").GetInt32());
        }
        await UntilAsync(async () => (await NowAsync()).Done > 0, "progress");

        (await TurnAsync("suspend")).ShouldBe(HttpStatusCode.OK);
        var at = await NowAsync();
        at.Status.ShouldBe("suspended");
        (await TurnAsync("suspend")).ShouldBe(HttpStatusCode.Conflict);
        (await TurnAsync("resume")).ShouldBe(HttpStatusCode.OK);
        await UntilAsync(async () => (await NowAsync()).Done > at.Done, "more progress");
        (await TurnAsync("cancel")).ShouldBe(HttpStatusCode.OK);
        var end = await NowAsync();
        end.Status.ShouldBe("cancelled");
        end.Done.ShouldBeLessThan(12);

        async Task<HttpStatusCode> TurnAsync(string verb)
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, $"operations/{id}/{verb}");
            message.Headers.Add("X-Coordination", "1");
            return (await ann.SendAsync(message)).StatusCode;
        }
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task The_same_key_does_it_once_and_belongs_to_whoever_took_it_first()
    {
        await using var host = await StartAsync();
        var letter = await host.LetterAsync();
        var key = Guid.NewGuid();
        using var ann = host.As("ann", "operator");
        using var eve = host.As("eve", "operator");
        object Discard(string reason) =>
            new
            {
                kind = "dead-letter.discard",
                targets = new[] { new { letter } },
                reason,
            };

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ann.OperateAsync(Discard("twice"), key)));

        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK);
        (await ann.ReadAsync("operations")).GetProperty("rows").GetArrayLength().ShouldBe(1);
        (await ann.ReadAsync("audit?kind=dead-letter.discard")).GetProperty("rows").GetArrayLength().ShouldBe(1);
        (await ann.OperateAsync(Discard("another reason"), key)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var stolen = await eve.OperateAsync(Discard("twice"), key);
        stolen.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await stolen.Content.ReadAsStringAsync()).ShouldNotContain("ann");
    }

    private static string? Said(JsonElement page) =>
        page.GetProperty("cancel") is { ValueKind: JsonValueKind.Object } cancel
            ? $"{cancel.GetProperty("by").GetString()}: {cancel.GetProperty("reason").GetString()}"
            : null;

    private static Task UntilAsync(Func<Task<bool>> condition, string what) =>
        Eventually.Until(condition, TimeSpan.FromSeconds(30), what, TestContext.Current.CancellationToken);
}

public sealed class When_people_act_on_SQLite() : When_people_act(postgres: false);

[Trait("needs", "servers")]
public sealed class When_people_act_on_PostgreSQL() : When_people_act(postgres: true);
