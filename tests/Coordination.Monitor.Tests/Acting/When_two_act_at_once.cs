using System.Net;
using Coordination.Testing;

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
            .ShouldBe("It is true or false, not a text.");
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
