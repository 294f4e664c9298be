using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Sagas.Runs;
using Coordination.Sagas.Tests.Runs;
using Coordination.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Sagas.Tests.Hosting;

/// <summary>Runs on a bus and a database: what the rules decided is stored, sent, shown and refused as it should.</summary>
public abstract class HostedRuns
{
    private protected abstract ValueTask<RunHost> StartAsync(Action<RunsOptions>? options = null);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    [Trait("req", "CTR-02")]
    public async Task A_run_completes_and_all_its_messages_belong_together()
    {
        await using var host = await StartAsync();
        host.Agent.Answer = step => ScriptedAgent.Done(step, $$"""{"of":"{{step.StepId}}"}""");

        var run = await host.SubmitAsync(
            Plans.Of(
                Plans.Step("a"),
                Plans.Step("b", "a") with
                {
                    InputFrom = new Dictionary<string, string> { ["from"] = "a#/of" },
                },
                Plans.Step("c", "a"),
                Plans.Step("d", "b", "c")
            )
        );
        var end = await host.UntilAsync(run, "completed");

        end.Outputs.ShouldBe("""{"d":{"of":"d"}}""");
        host.Agent.Seen.First().ShouldBe("a");
        host.Agent.Seen.Last().ShouldBe("d");
        host.Agent.Orders.Single(o => o.Step.StepId == "b").Step.Input.GetRawText().ShouldBe("""{"from":"a"}""");
        host.Agent.Orders.ShouldAllBe(o =>
            o.Envelope.TransactionId == run && o.Envelope.HopsLeft == Envelope.DefaultHops - 1 && o.Envelope.CausationId != null
        );
        host.Agent.Orders.ShouldAllBe(o => o.Envelope.Deadline > DateTimeOffset.UnixEpoch && o.Envelope.Attempt == 1);
        (await host.StepsAsync(run)).ShouldAllBe(s => s.Status == "done" && s.WaitingOn == null);
        (await host.TimersAsync(run)).ShouldBeEmpty();
        var history = await host.HistoryAsync(run);
        history.Select(h => h.Id).ShouldBe(Enumerable.Range(1, history.Count).Select(i => (long)i));
        history[0].Event.ShouldBe("accepted");
        history[^1].Event.ShouldBe("ended");
    }

    [Fact]
    [Trait("req", "OBX-05")]
    public async Task A_run_that_ended_long_ago_goes_with_all_it_has_and_one_that_has_not_ended_stays()
    {
        await using var host = await StartAsync(runs => runs.KeepEnded = TimeSpan.FromDays(30));
        host.Agent.Answer = step => step.StepId == "endless" ? null : ScriptedAgent.Done(step);
        var fresh = await host.SubmitAsync(Plans.Of(Plans.Step("a")));
        var old = await host.SubmitAsync(Plans.Of(Plans.Step("a")));
        var endless = await host.SubmitAsync(Plans.Of(Plans.Step("endless")), scope: "s");
        await host.UntilAsync(fresh, "completed");
        await host.UntilAsync(old, "completed");
        await host.UntilAsync(endless, "running");
        var joined = await host.SubmitAsync(Plans.Of(Plans.Step("endless")), scope: "s");
        await host.UntilAsync(joined, "running");

        var sql = host.Units.Dialect;
        var age =
            $"UPDATE {sql.Table("run")} SET accepted_at = {sql.NowPlus("@ago")}, ended_at = CASE WHEN ended_at IS NULL THEN NULL ELSE {sql.NowPlus("@ago")} END";
        var aged = new Statement(
            $"{age} WHERE run_id <> @fresh",
            ("ago", -(long)TimeSpan.FromDays(31).TotalMilliseconds, ColumnKind.Int64),
            ("fresh", fresh, ColumnKind.Uuid)
        );
        await host.Units.ExecuteAsync(aged);

        (await host.Retention.SweepAsync(TestContext.Current.CancellationToken)).ShouldBe(1);
        (await host.FindAsync(old)).ShouldBeNull();
        (await host.HistoryAsync(old)).ShouldBeEmpty();
        foreach (var kept in new[] { fresh, endless })
        {
            (await host.FindAsync(kept)).ShouldNotBeNull();
            (await host.HistoryAsync(kept)).ShouldNotBeEmpty();
        }

        // It ends at last, and goes with the submission that joined it.
        await host.SendAsync(endless, new CancelRun { RunId = endless, RequestedBy = "person" });
        await host.UntilAsync(endless, "cancelling");
        await host.SendAsync(
            endless,
            new CancelRun
            {
                RunId = endless,
                RequestedBy = "person",
                Force = true,
            }
        );
        await host.UntilAsync(endless, "cancelled");
        await host.Units.ExecuteAsync(aged);
        (await host.Retention.SweepAsync(TestContext.Current.CancellationToken)).ShouldBe(1);
        (await host.FindAsync(endless)).ShouldBeNull();
        (await host.FindAsync(joined)).ShouldBeNull();
        (await host.HistoryAsync(fresh)).ShouldNotBeEmpty();
    }

    [Fact]
    [Trait("req", "WAL-10")]
    public async Task A_failed_run_is_undone_in_reverse_order()
    {
        await using var host = await StartAsync();
        host.Agent.Answer = step => step.StepId == "c" ? ScriptedAgent.Failed(step) : ScriptedAgent.Done(step);

        var run = await host.SubmitAsync(Plans.Of(Plans.Undoable("a"), Plans.Undoable("b", "a"), Plans.Step("c", "b")));
        var end = await host.UntilAsync(run, "failed");

        host.Agent.Seen.ShouldBe(["a", "b", "c", "-b", "-a"]);
        end.FailedStep.ShouldBe("c");
        end.Reason.ShouldBe(ReasonCode.NonRetryable);
        end.Compensated.ShouldBe("""["b","a"]""");
    }

    [Fact]
    public async Task A_transient_failure_is_tried_again_by_a_durable_timer()
    {
        await using var host = await StartAsync();
        host.Agent.Answer = step => step.Attempt == 1 ? ScriptedAgent.Failed(step, FailureClass.Transient) : ScriptedAgent.Done(step);

        var run = await host.SubmitAsync(Plans.Of(Plans.Step("a")));

        await host.UntilAsync(run, "completed");
        host.Agent.Orders.Select(o => o.Step.Attempt).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task A_silent_agent_is_told_to_stop_and_the_run_fails()
    {
        await using var host = await StartAsync(options => options.QueueAllowance = TimeSpan.Zero);
        host.Agent.Answer = _ => null;

        var run = await host.SubmitAsync(Plans.Of(Plans.Step("a") with { TimeoutMs = 100, Retry = Plans.Attempts(1) }));

        (await host.UntilAsync(run, "failed")).Reason.ShouldBe(ReasonCode.DeadlineExceeded);
        await Eventually.Until(() => Task.FromResult(!host.Agent.Stops.IsEmpty), Patience, "the agent is told");
        host.Agent.Stops.ShouldHaveSingleItem().Force.ShouldBe(true);
    }

    [Fact]
    [Trait("req", "CTR-09")]
    public async Task A_run_nobody_works_for_expires()
    {
        await using var host = await StartAsync();
        host.Agent.Answer = _ => null;

        var run = await host.SubmitAsync(Plans.Of(Plans.Step("a")) with { DeadlineMs = 300 });

        await host.UntilAsync(run, "expired");
        (await host.TimersAsync(run)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cancelled_run_stops_its_steps()
    {
        await using var host = await StartAsync();
        host.Agent.Answer = _ => null;
        var run = await host.SubmitAsync(Plans.Of(Plans.Step("a")));
        await host.UntilAsync(run, "running");

        await host.SendAsync(run, new CancelRun { RunId = run, RequestedBy = "person" });
        await host.UntilAsync(run, "cancelling");
        await host.SendAsync(
            run,
            new CancelRun
            {
                RunId = run,
                RequestedBy = "person",
                Force = true,
            }
        );

        (await host.UntilAsync(run, "cancelled")).Reason.ShouldBe(ReasonCode.Cancelled);
    }

    [Fact]
    [Trait("req", "CTR-08")]
    public async Task A_question_waits_until_it_is_answered()
    {
        await using var host = await StartAsync();
        host.Agent.Answer = step =>
            step.Answers is null
                ? new InputRequired
                {
                    RunId = step.RunId,
                    StepId = step.StepId,
                    Attempt = step.Attempt,
                    QuestionId = "q",
                    Question = "Which one?",
                }
                : ScriptedAgent.Done(step, step.Answers["q"].GetRawText());
        var run = await host.SubmitAsync(Plans.Of(Plans.Step("a")));
        await Eventually.Until(
            async () => await host.StepsAsync(run) is [{ Status: "input-wait", WaitingOn: "an answer to 'q': Which one?" }],
            Patience,
            "the step shows its question"
        );

        await host.SendAsync(
            run,
            new InputAnswered
            {
                RunId = run,
                StepId = "a",
                QuestionId = "q",
                Answer = Plans.Json("\"that\""),
                AnsweredBy = "person",
            }
        );

        (await host.UntilAsync(run, "completed")).Outputs.ShouldBe("""{"a":"that"}""");
    }

    [Fact]
    [Trait("req", "LCK-12")]
    public async Task A_bad_plan_is_refused_with_every_problem_and_leaves_no_run()
    {
        await using var host = await StartAsync();

        var run = await host.SubmitAsync(Plans.Of(Plans.Step("a", "b"), Plans.Step("b", "a") with { AgentType = "nobody" }));

        await Eventually.Until(async () => (await host.RejectionsAsync(run)).Count > 0, Patience, "the refusal is stored");
        var (_, problems) = (await host.RejectionsAsync(run)).ShouldHaveSingleItem();
        problems.ShouldContain(ReasonCode.PlanCycle);
        problems.ShouldContain("a -\\u003E b -\\u003E a");
        problems.ShouldContain("nobody");
        (await host.FindAsync(run)).ShouldBeNull();
    }

    [Fact]
    [Trait("req", "RTY-13")]
    public async Task A_submission_for_the_same_scope_joins_the_unfinished_run_and_a_later_one_does_not()
    {
        await using var host = await StartAsync();
        host.Agent.Answer = _ => null;
        var first = await host.SubmitAsync(Plans.Of(Plans.Step("a")), scope: "ticket/1");
        await host.UntilAsync(first, "running");

        var second = await host.SubmitAsync(Plans.Of(Plans.Step("a")), scope: "ticket/1");
        var other = await host.SubmitAsync(Plans.Of(Plans.Step("a")), scope: "ticket/1", requester: "somebody else");

        (await host.UntilAsync(second, "running")).Joined.ShouldBe(first);
        (await host.UntilAsync(other, "running")).Joined.ShouldBeNull();
        await host.SendAsync(
            first,
            new CancelRun
            {
                RunId = first,
                RequestedBy = "person",
                Force = true,
            }
        );
        await host.UntilAsync(second, "cancelled");
        var third = await host.SubmitAsync(Plans.Of(Plans.Step("a")), scope: "ticket/1");
        (await host.UntilAsync(third, "running")).Joined.ShouldBeNull();
    }

    [Fact]
    [Trait("req", "RTY-13")]
    public async Task Twenty_submissions_for_one_scope_at_once_start_one_run()
    {
        await using var host = await StartAsync();
        host.Agent.Answer = _ => null;

        var runs = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.SubmitAsync(Plans.Of(Plans.Step("a")), scope: "ticket/1")));

        var views = new List<RunView>();
        foreach (var run in runs)
            views.Add(await host.UntilAsync(run, "running"));
        views.Count(v => v.Joined is null).ShouldBe(1);
        await Eventually.Until(() => !host.Agent.Seen.IsEmpty, Patience, "the agent is asked");
        host.Agent.Seen.Count.ShouldBe(1);
    }

    [Fact]
    [Trait("req", "RTY-13")]
    public async Task The_same_run_submitted_again_joins_itself_and_with_another_plan_is_refused()
    {
        await using var host = await StartAsync();
        host.Agent.Answer = _ => null;
        var run = await host.SubmitAsync(Plans.Of(Plans.Step("a")));
        await host.UntilAsync(run, "running");

        await host.SubmitAsync(Plans.Of(Plans.Step("a")), run);
        await Eventually.Until(async () => (await host.HistoryAsync(run)).Any(h => h.Event == "joined"), Patience, "it joined");
        await host.SubmitAsync(Plans.Of(Plans.Step("b")), run);
        await Eventually.Until(async () => (await host.RejectionsAsync(run)).Count > 0, Patience, "the other plan is refused");

        (await host.RejectionsAsync(run)).ShouldHaveSingleItem().Reason.ShouldBe(ReasonCode.IdempotencyConflict);
        (await host.UntilAsync(run, "running")).Joined.ShouldBeNull();
        await Eventually.Until(() => !host.Agent.Seen.IsEmpty, Patience, "the agent is asked");
        host.Agent.Seen.ShouldBe(["a"]);
    }

    [Fact]
    [Trait("req", "STA-03")]
    public async Task A_result_of_an_old_attempt_is_recorded_and_nothing_else()
    {
        await using var host = await StartAsync();
        host.Agent.Answer = _ => null;
        var run = await host.SubmitAsync(Plans.Of(Plans.Step("a"), Plans.Step("b", "a")));
        await host.UntilAsync(run, "running");

        await host.SendAsync(
            run,
            new StepCompleted
            {
                RunId = run,
                StepId = "a",
                Attempt = 7,
                Output = Plans.Json("1"),
            }
        );

        await Eventually.Until(
            async () => (await host.HistoryAsync(run)).Any(h => h is { Event: "stale", Step: "a" }),
            Patience,
            "it is recorded"
        );
        (await host.StepsAsync(run)).Select(s => s.Status).ShouldBe(["dispatched", "pending"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_message_for_an_unknown_run_is_parked_with_its_reason()
    {
        await using var host = await StartAsync();
        var run = Guid.CreateVersion7();

        await host.SendAsync(run, new CancelRun { RunId = run, RequestedBy = "person" });

        await Eventually.Until(async () => (await host.DeadLettersAsync(run)).Count > 0, Patience, "it is parked");
        var letter = (await host.DeadLettersAsync(run)).ShouldHaveSingleItem();
        letter.Reason.ShouldBe(ReasonCode.ContractInvalid);
        letter.Detail.ShouldBe($"There is no run {run}.");
    }

    [Fact]
    public async Task A_run_of_another_tenant_does_not_exist_for_the_sender()
    {
        await using var host = await StartAsync();
        host.Agent.Answer = _ => null;
        var run = await host.SubmitAsync(Plans.Of(Plans.Step("a")));
        await host.UntilAsync(run, "running");

        await host.SendAsync(
            run,
            new CancelRun
            {
                RunId = run,
                RequestedBy = "stranger",
                Force = true,
            },
            e => e with { Tenant = "other" }
        );

        await Eventually.Until(async () => (await host.DeadLettersAsync(run)).Count > 0, Patience, "it is parked");
        (await host.FindAsync(run))!.Status.ShouldBe("running");
    }

    [Fact]
    public async Task A_submission_without_hops_to_spare_is_refused()
    {
        await using var host = await StartAsync();
        var run = Guid.CreateVersion7();

        await host.SendAsync(
            run,
            new SubmitRun
            {
                RunId = run,
                Plan = Plans.Of(Plans.Step("a")),
                Requester = "tester",
            },
            e => e with { HopsLeft = 2 }
        );

        await Eventually.Until(async () => (await host.RejectionsAsync(run)).Count > 0, Patience, "it is refused");
        (await host.RejectionsAsync(run)).ShouldHaveSingleItem().Reason.ShouldBe(ReasonCode.Expired);
    }

    [Fact]
    public async Task An_agent_type_becomes_known_when_it_announces_itself()
    {
        await using var host = await StartAsync();
        var plan = Plans.Of(Plans.Step("a") with { AgentType = "newcomer" });
        var run = await host.SubmitAsync(plan);
        await Eventually.Until(async () => (await host.RejectionsAsync(run)).Count > 0, Patience, "nobody knows it yet");

        await host.SendAsync(
            Guid.CreateVersion7(),
            new AgentAnnounced
            {
                AgentType = "newcomer",
                Instance = "here:1",
                Build = "1.0",
                Contracts = ["newcomer.v1"],
                Compensates = true,
            },
            e => e with { RunId = null },
            Wire.RegistryEndpoint
        );
        var sql = host.Units.Dialect;
        await Eventually.Until(
            async () =>
                (await host.Units.QueryAsync(new Statement($"SELECT contracts FROM {sql.Table("coord_v1_agents")}"), r => r.GetString(0)))
                    is ["[\"newcomer.v1\"]"],
            Patience,
            "it is listed"
        );

        await host.UntilAsync(await host.SubmitAsync(plan), "running");
    }

    [Fact]
    [Trait("req", "WAL-03")]
    public async Task The_history_of_a_run_cannot_be_changed_and_not_removed_before_its_end()
    {
        await using var host = await StartAsync();
        host.Agent.Answer = _ => null;
        var run = await host.SubmitAsync(Plans.Of(Plans.Step("a")));
        await host.UntilAsync(run, "running");
        var table = host.Units.Dialect.Table("run_history");

        await Should.ThrowAsync<System.Data.Common.DbException>(() =>
            host.Units.ExecuteAsync(new Statement($"UPDATE {table} SET type = 'x'"))
        );
        await Should.ThrowAsync<System.Data.Common.DbException>(() => host.Units.ExecuteAsync(new Statement($"DELETE FROM {table}")));
        await host.SendAsync(
            run,
            new CancelRun
            {
                RunId = run,
                RequestedBy = "person",
                Force = true,
            }
        );
        await host.UntilAsync(run, "cancelled");

        (await host.Units.ExecuteAsync(new Statement($"DELETE FROM {table}"))).ShouldBeGreaterThan(0);
    }
}

public sealed class Runs_embedded : HostedRuns, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("coordination-").FullName;

    private protected override async ValueTask<RunHost> StartAsync(Action<RunsOptions>? options = null) =>
        await RunHost.StartAsync(coordination => coordination.UseInMemory().UseSqlite(Path.Combine(folder, "runs.db")), options);

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }
}

[Trait("needs", "servers")]
public sealed class Runs_on_broker_and_database : HostedRuns
{
    private protected override async ValueTask<RunHost> StartAsync(Action<RunsOptions>? options = null)
    {
        var rabbit = await TestServers.Rabbit(TestContext.Current.CancellationToken);
        var postgres = await TestServers.Postgres(TestContext.Current.CancellationToken);
        var broker = await rabbit.NewVirtualHostAsync();
        var database = await postgres.NewDatabaseAsync(ct: TestContext.Current.CancellationToken);
        return await RunHost.StartAsync(
            coordination => coordination.UseRabbitMq(broker.ToString()).UsePostgres(database, o => o.Grace = TimeSpan.FromSeconds(1)),
            options
        );
    }
}
