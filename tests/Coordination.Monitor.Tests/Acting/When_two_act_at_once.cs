using System.Net;
using Coordination.Persistence;
using Coordination.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Monitor.Tests.Acting;

/// <summary>What is asked once is answered once: of several people who answer at the same time one did it, and the others are told so.</summary>
public abstract class When_two_act_at_once(bool postgres)
{
    [Fact, Trait("req", "OPS-02")]
    public async Task One_answer_to_a_question_counts_and_the_others_are_refused()
    {
        await using var host = await ActingHost.StartAsync(postgres);
        var run = await host.RunAsync("asking", "input-wait");
        var target = new
        {
            run,
            step = "one",
            question = "may-i",
        };

        await OneCountsAsync(
            host,
            new
            {
                kind = "run.answer",
                targets = new[] { target },
                parameters = new { answer = true },
            }
        );
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task One_verdict_on_an_effect_counts_and_the_others_are_refused()
    {
        await using var host = await ActingHost.StartAsync(postgres);
        var run = await host.RunAsync("doubtful", "input-wait");
        var effect = await host.OneAsync("coord_v1_effects", "effect_key", "run_id", run);

        await OneCountsAsync(
            host,
            new
            {
                kind = "effect.resolve",
                targets = new[] { new { run, effect } },
                parameters = new { verdict = "compensate" },
                reason = "nobody knows",
            }
        );
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task One_answer_to_a_ballot_counts_and_the_others_are_refused()
    {
        await using var host = await ActingHost.StartAsync(postgres);
        var ballot = await host.BallotAsync();

        await OneCountsAsync(
            host,
            new
            {
                kind = "ballot.answer",
                targets = new[] { new { ballot } },
                parameters = new { option = "yes" },
            }
        );
        await UntilAsync(async () => await host.OneAsync("coord_v1_ballots", "status", "ballot_id", ballot) == "decided", "a decision");
        await OneCountsAsync(
            host,
            new
            {
                kind = "ballot.report",
                targets = new[] { new { ballot } },
                parameters = new { right = "yes" },
            }
        );
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task A_result_the_step_could_not_use_is_refused_before_it_is_sent()
    {
        await using var host = await ActingHost.StartAsync(postgres);
        var run = await host.RunAsync("doubtful", "input-wait");
        var effect = await host.OneAsync("coord_v1_effects", "effect_key", "run_id", run);
        using var ann = host.As("ann", "operator");
        object Happened(object parameters) =>
            new
            {
                kind = "effect.resolve",
                targets = new[] { new { run, effect } },
                parameters,
                reason = "it is there",
            };

        var shown = (await ann.ReadAsync($"effects?run={run}")).GetProperty("rows")[0];
        shown.GetProperty("resultExample").GetString().ShouldBe("{}");
        var none = await ann.OperateAsync(Happened(new { verdict = "happened" }));
        none.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await none.JsonAsync()).GetProperty("problems")[0].GetProperty("message").GetString()!.ShouldContain("for example {}");
        var text = await ann.OperateAsync(Happened(new { verdict = "happened", result = "done" }));
        text.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await text.JsonAsync()).GetProperty("problems")[0].GetProperty("path").GetString().ShouldBe("parameters.result");
        var right = await ann.OperateAsync(Happened(new { verdict = "happened", result = new { } }));
        right.StatusCode.ShouldBe(HttpStatusCode.OK, await right.Content.ReadAsStringAsync());

        await UntilAsync(async () => await host.OneAsync("coord_v1_runs", "status", "run_id", run) == "completed", "a completed run");
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task An_effect_in_doubt_is_no_question_for_approvers()
    {
        await using var host = await ActingHost.StartAsync(postgres);
        var run = await host.RunAsync("doubtful", "input-wait");
        using var bob = host.As("bob", "approver");
        var target = new
        {
            run,
            step = "one",
            question = await host.OneAsync("coord_v1_steps", "question_id", "run_id", run),
        };

        var answer = await bob.OperateAsync(
            new
            {
                kind = "run.answer",
                targets = new[] { target },
                parameters = new { answer = new { verdict = "compensate", by = "the.cfo" } },
            }
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await answer.JsonAsync()).GetProperty("detail").GetString()!.ShouldContain("effect.resolve");
        (await host.StepAsync(run)).ShouldBe("input-wait");
    }

    [Fact, Trait("req", "OPS-04")]
    public async Task Several_who_edit_one_dead_letter_hold_nothing_up()
    {
        await using var host = await ActingHost.StartAsync(postgres);
        var letter = await host.LetterAsync();
        var letters = host.Services.GetRequiredService<IDeadLetters>();
        var body = System.Text.Encoding.UTF8.GetString((await letters.FindAsync(letter))!.Message.Body);
        using var ann = host.As("ann");
        var edit = new
        {
            kind = "dead-letter.edit",
            targets = new[] { new { letter } },
            parameters = new { body },
            reason = "the same again",
        };

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ann.OperateAsync(edit)));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict).ShouldBe(3);
    }

    [Fact, Trait("req", "VOTE-17")]
    public async Task Whoever_asked_or_voted_does_not_decide_however_the_name_is_written()
    {
        await using var host = await ActingHost.StartAsync(postgres);
        var ballot = await host.BallotAsync(requester: " Test ");
        var request = new
        {
            kind = "ballot.answer",
            targets = new[] { new { ballot } },
            parameters = new { option = "yes" },
        };
        foreach (var name in new[] { "test", "TEST", "Says-No" })
        {
            using var person = host.As(name);
            (await person.OperateAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Conflict, name);
        }
        // Nobody was kept out by those who may not.
        using var bob = host.As("bob");
        (await bob.OperateAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Trait("req", "OPS-01")]
    public async Task A_run_whose_ballot_was_handed_to_people_waits_for_a_person()
    {
        await using var host = await ActingHost.StartAsync(postgres);
        var run = await host.DisputedAsync();
        using var bob = host.As("bob");

        await UntilAsync(
            async () => (await bob.ReadAsync("runs?q=status:waits-for-person")).GetProperty("rows").GetArrayLength() == 1,
            "a run that waits for a person"
        );
        (await bob.ReadAsync($"runs/{run}")).GetProperty("story").GetString()!.ShouldEndWith("'one' waits for people to decide.");
        var ballot = (await bob.ReadAsync("ballots?status=people")).GetProperty("rows")[0].GetProperty("ballotId").GetGuid();
        await bob.OperateAsync(
            new
            {
                kind = "ballot.answer",
                targets = new[] { new { ballot } },
                parameters = new { option = "yes" },
            }
        );
        await UntilAsync(
            async () => (await bob.ReadAsync("runs")).GetProperty("rows")[0].GetProperty("waitKind").GetString() == "worker",
            "a run that goes on"
        );
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task A_look_at_what_a_ballot_would_do_is_in_the_audit()
    {
        await using var host = await ActingHost.StartAsync(postgres);
        var ballot = await host.BallotAsync();
        using var ann = host.As("ann");
        var shown = await ann.ReadAsync($"ballots/{ballot}");
        var bodies =
            shown.GetProperty("subject").ValueKind != System.Text.Json.JsonValueKind.Null
            || shown
                .GetProperty("options")
                .EnumerateArray()
                .Any(option => option.GetProperty("arguments").ValueKind != System.Text.Json.JsonValueKind.Null);
        (await ann.ReadAsync("audit?kind=payload.read")).GetProperty("rows").GetArrayLength().ShouldBe(bodies ? 1 : 0);
        bodies.ShouldBeTrue();
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task An_answer_that_is_not_of_the_kind_asked_for_is_refused()
    {
        await using var host = await ActingHost.StartAsync(postgres);
        var run = await host.RunAsync("asking", "input-wait");
        using var bob = host.As("bob", "approver");
        var target = new
        {
            run,
            step = "one",
            question = "may-i",
        };

        var answer = await bob.OperateAsync(
            new
            {
                kind = "run.answer",
                targets = new[] { target },
                parameters = new { answer = "perhaps" },
            }
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, await answer.Content.ReadAsStringAsync());
        (await answer.JsonAsync())
            .GetProperty("problems")[0]
            .GetProperty("message")
            .GetString()
            .ShouldBe("It must be true or false; you gave a text.");
    }

    private static async Task OneCountsAsync(ActingHost host, object request)
    {
        string[] people = ["ann", "bob", "cid", "dan", "eve", "fay"];
        var clients = people.Select(person => host.As(person)).ToList();
        var answers = await Task.WhenAll(clients.Select(client => client.OperateAsync(request)));
        clients.ForEach(client => client.Dispose());

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict).ShouldBe(people.Length - 1);
        using var admin = host.As("admin");
        var lines = (await admin.ReadAsync("audit?limit=200")).GetProperty("rows").EnumerateArray().ToList();
        var kind = request.GetType().GetProperty("kind")!.GetValue(request) as string;
        lines
            .Where(line => line.GetProperty("kind").GetString() == kind)
            .Count(line => line.GetProperty("outcome").GetString() == "done")
            .ShouldBe(1);
    }

    private static Task UntilAsync(Func<Task<bool>> condition, string what) =>
        Eventually.Until(condition, TimeSpan.FromSeconds(30), what, TestContext.Current.CancellationToken);
}

public sealed class When_two_act_at_once_on_SQLite() : When_two_act_at_once(postgres: false);

[Trait("needs", "servers")]
public sealed class When_two_act_at_once_on_PostgreSQL() : When_two_act_at_once(postgres: true);
