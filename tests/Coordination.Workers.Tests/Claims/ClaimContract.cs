using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Workers.Tests;

/// <summary>What claims and leases promise, on every database.</summary>
public abstract class ClaimContract : IAsyncLifetime
{
    private readonly List<WorkerNode> nodes = [];

    private protected abstract void UseStore(IServiceCollection services);

    public abstract ValueTask InitializeAsync();

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var node in nodes.ToList())
        {
            await node.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    private async Task<WorkerNode> NodeAsync(
        string name,
        Action<WorkerOptions>? options = null,
        Action<AgentOptions>? agent = null,
        TimeProvider? time = null
    )
    {
        var node = await WorkerNode.CreateAsync(UseStore, name, options, agent, time);
        nodes.Add(node);
        // What a lone process does at its start must not disturb the others of the test.
        await node.Get<EmbeddedStart>().ReleasedAsync(Token);
        return node;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Task Until(Func<bool> condition, string what) => Eventually.Until(condition, WorkerNode.Patience, what);

    private static Task Until(Func<Task<bool>> condition, string what) => Eventually.Until(condition, WorkerNode.Patience, what);

    [Fact, Trait("req", "STA-09")]
    public async Task A_step_is_claimed_executed_and_answered_once()
    {
        var node = await NodeAsync("a");
        var order = WorkerNode.Order("one");
        await node.DeliverAsync(order);
        var answer = await node.AnswerAsync<StepCompleted>(order.RunId);
        answer.Output.GetRawText().ShouldBe("""{"by":"a"}""");
        (await node.ClaimAsync(order.RunId)).ShouldBe(("done", node.Get<WorkerIdentity>().Owner, 1));
        await Until(() => node.Agent.Slots.Free == node.Agent.Slots.Count, "the slot to be free again");
    }

    [Fact, Trait("req", "STA-09")]
    public async Task The_same_order_delivered_again_or_sent_twice_runs_once()
    {
        var (a, b) = (await NodeAsync("a"), await NodeAsync("b"));
        var (order, messageId) = (WorkerNode.Order("one"), Guid.NewGuid());
        (await a.DeliverAsync(order, messageId)).ShouldBeTrue();
        (await b.DeliverAsync(order, messageId)).ShouldBeFalse();
        (await b.DeliverAsync(order, Guid.NewGuid())).ShouldBeTrue();
        await a.AnswerAsync<StepCompleted>(order.RunId);
        a.Script.Calls.Count.ShouldBe(1);
        b.Script.Calls.ShouldBeEmpty();
    }

    [Fact, Trait("req", "STA-09")]
    public async Task Workers_that_compete_for_waiting_claims_never_take_one_twice()
    {
        var feeder = await NodeAsync("feeder", agent: o => o.Concurrency = 1);
        feeder.Agent.Slots.TryTake().ShouldBeTrue();
        var orders = Enumerable.Range(0, 60).Select(i => WorkerNode.Order($"job {i}")).ToList();
        foreach (var order in orders)
        {
            await feeder.DeliverAsync(order);
        }

        var workers = new[] { await NodeAsync("a"), await NodeAsync("b"), await NodeAsync("c") };
        await Task.WhenAll(workers.Select(worker => worker.StartAsync()));
        await Until(() => workers.Sum(worker => worker.Script.Calls.Count) >= orders.Count, "all jobs to run");
        foreach (var order in orders)
        {
            await feeder.AnswerAsync<StepCompleted>(order.RunId);
            (await feeder.ClaimAsync(order.RunId)).Epoch.ShouldBe(1);
        }

        workers.SelectMany(worker => worker.Script.Calls).Order().ShouldBe(orders.Select((_, i) => $"job {i}").Order());
    }

    [Fact, Trait("req", "STA-09")]
    public async Task Killing_workers_at_random_leaves_exactly_one_answer_per_step()
    {
        var feeder = await NodeAsync("feeder", agent: o => o.Concurrency = 1);
        feeder.Agent.Slots.TryTake().ShouldBeTrue();
        var orders = Enumerable.Range(0, 500).Select(i => WorkerNode.Order($"job {i}")).ToList();
        foreach (var order in orders)
        {
            await feeder.DeliverAsync(order);
        }

        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var alive = new List<WorkerNode>();
        var started = 0;
        await Until(
            async () =>
            {
                while (alive.Count < 3)
                {
                    alive.Add(await (await NodeAsync($"worker {started++}")).StartAsync());
                    alive[^1].Script.Execute = (_, _, token) => Task.Delay(random.Next(200), token);
                }

                if (started < 12)
                {
                    // A killed process says nothing any more and hands nothing back.
                    var victim = alive[random.Next(alive.Count)];
                    alive.Remove(victim);
                    nodes.Remove(victim);
                    await victim.DisposeAsync();
                }

                return await OpenClaimsAsync(feeder) == 0;
            },
            "every claim to be closed"
        );
        foreach (var order in orders)
        {
            (await feeder.AnswersAsync(order.RunId)).ShouldHaveSingleItem().ShouldBeOfType<StepCompleted>();
        }

        started.ShouldBeGreaterThan(5);
    }

    private static async Task<long> OpenClaimsAsync(WorkerNode node) =>
        (
            await node.Units.QueryAsync(
                new Statement($"SELECT count(*) FROM {node.Units.Dialect.Table("step_claim")} WHERE state = 'open'"),
                row => row.GetInt64(0),
                Token
            )
        )[0];

    [Fact, Trait("req", "WAL-04")]
    public async Task When_a_worker_dies_another_resumes_within_the_lease_and_5_seconds()
    {
        var dead = await NodeAsync("dead", time: new FakeTimeProvider());
        dead.Script.Execute = Script.Forever;
        var heir = await (await NodeAsync("heir")).StartAsync();
        var order = WorkerNode.Order("one");
        await dead.DeliverAsync(order);
        await Until(() => !dead.Script.Calls.IsEmpty, "the first worker to start");
        var since = TimeProvider.System.GetTimestamp();
        (await heir.AnswerAsync<StepCompleted>(order.RunId)).Output.GetRawText().ShouldBe("""{"by":"heir"}""");
        TimeProvider.System.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(6));
        (await heir.ClaimAsync(order.RunId)).Epoch.ShouldBe(2);
    }

    [Fact, Trait("req", "WAL-06")]
    public async Task A_worker_that_wakes_up_after_its_claim_was_taken_over_is_fenced()
    {
        // Its clock stands still: for this process no time has passed, as after a long pause.
        var zombie = await NodeAsync("zombie", time: new FakeTimeProvider());
        var wakes = new TaskCompletionSource();
        zombie.Script.Execute = (_, _, _) => wakes.Task;
        var heir = await (await NodeAsync("heir")).StartAsync();
        var order = WorkerNode.Order("one");
        await zombie.DeliverAsync(order);
        await heir.AnswerAsync<StepCompleted>(order.RunId);

        wakes.SetResult();
        await Until(() => zombie.Fenced == 1, "the zombie's answer to be refused");
        (await heir.AnswerAsync<StepCompleted>(order.RunId)).Output.GetRawText().ShouldBe("""{"by":"heir"}""");
    }

    [Fact, Trait("req", "WAL-06")]
    public async Task A_zombies_progress_report_is_refused_and_stops_it()
    {
        var zombie = await NodeAsync("zombie", time: new FakeTimeProvider());
        var wakes = new TaskCompletionSource();
        var stopped = new TaskCompletionSource();
        zombie.Script.Execute = async (_, context, token) =>
        {
            await wakes.Task;
            try
            {
                await context.ReportProgressAsync(50, "half", token);
            }
            catch (OperationCanceledException)
            {
                stopped.SetResult();
                throw;
            }
        };
        var heir = await (await NodeAsync("heir")).StartAsync();
        var order = WorkerNode.Order("one");
        await zombie.DeliverAsync(order);
        await heir.AnswerAsync<StepCompleted>(order.RunId);
        wakes.SetResult();
        await stopped.Task.WaitAsync(WorkerNode.Patience, Token);
        (await heir.AnswersAsync(order.RunId)).ShouldNotContain(answer => answer is StepProgress);
    }

    [Fact, Trait("req", "WAL-06")]
    public async Task A_worker_that_cannot_renew_stops_before_others_may_start()
    {
        // Its lease keeper never runs; its own lease timer does.
        var node = await NodeAsync("a");
        var stoppedAt = new TaskCompletionSource<DateTimeOffset>();
        node.Script.Execute = async (_, _, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stoppedAt.SetResult(TimeProvider.System.GetUtcNow());
        };
        var order = WorkerNode.Order("one");
        await node.DeliverAsync(order);
        var stopped = await stoppedAt.Task.WaitAsync(WorkerNode.Patience, Token);
        var expires = await node.Units.QueryAsync(
            new Statement(
                $"SELECT expires_at FROM {node.Units.Dialect.Table("step_claim")} WHERE run_id = @run",
                ("run", order.RunId, ColumnKind.Uuid)
            ),
            row => node.Units.Dialect.ReadTime(row, 0),
            Token
        );
        stopped.ShouldBeLessThan(expires[0]);
        await Until(() => node.Fenced == 1, "its answer to be refused");
        (await node.AnswersAsync(order.RunId)).ShouldBeEmpty();
    }

    [Fact, Trait("req", "WAL-08")]
    public async Task A_step_longer_than_its_lease_keeps_the_claim_and_holds_no_delivery()
    {
        var node = await (await NodeAsync("a")).StartAsync();
        var other = await (await NodeAsync("b")).StartAsync();
        var ends = new TaskCompletionSource();
        node.Script.Execute = (_, _, _) => ends.Task;
        var order = WorkerNode.Order("one");
        // The delivery ends here, while the agent runs on.
        await node.DeliverAsync(order).WaitAsync(TimeSpan.FromSeconds(30), Token);
        var since = TimeProvider.System.GetTimestamp();
        await Until(() => TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(2.5), "two and a half leases to pass");
        ends.SetResult();
        await node.AnswerAsync<StepCompleted>(order.RunId);
        (await node.ClaimAsync(order.RunId)).Epoch.ShouldBe(1);
        other.Script.Calls.ShouldBeEmpty();
    }

    [Fact, Trait("req", "WAL-08")]
    public async Task Without_a_free_slot_the_order_is_stored_and_taken_when_one_is_free()
    {
        var node = await (await NodeAsync("a", agent: o => o.Concurrency = 1)).StartAsync();
        var ends = new TaskCompletionSource();
        node.Script.Execute = (job, _, _) => job.Name == "long" ? ends.Task : Task.CompletedTask;
        var (first, second) = (WorkerNode.Order("long"), WorkerNode.Order("waits"));
        await node.DeliverAsync(first);
        await node.DeliverAsync(second);
        (await node.ClaimAsync(second.RunId)).ShouldBe(("open", null, 0));
        ends.SetResult();
        await node.AnswerAsync<StepCompleted>(second.RunId);
        node.Script.Calls.ShouldBe(["long", "waits"]);
    }

    [Fact]
    public async Task A_running_step_is_cancelled_by_the_process_that_has_it()
    {
        var node = await NodeAsync("a");
        node.Script.Execute = Script.Forever;
        var order = WorkerNode.Order("one");
        await node.DeliverAsync(order);
        await Until(() => !node.Script.Calls.IsEmpty, "the agent to start");
        await node.DeliverAsync(Cancel(order));
        var answer = await node.AnswerAsync<StepFailed>(order.RunId);
        (answer.Class, answer.Reason).ShouldBe((FailureClass.Cancelled, ReasonCode.Cancelled));
    }

    [Fact]
    public async Task A_cancellation_that_arrives_at_another_process_reaches_the_owner()
    {
        var (owner, other) = (await (await NodeAsync("a")).StartAsync(), await NodeAsync("b"));
        owner.Script.Execute = Script.Forever;
        var order = WorkerNode.Order("one");
        await owner.DeliverAsync(order);
        await other.DeliverAsync(Cancel(order));
        (await owner.AnswerAsync<StepFailed>(order.RunId)).Class.ShouldBe(FailureClass.Cancelled);
    }

    [Fact]
    public async Task A_cancellation_of_a_waiting_step_answers_at_once_and_it_never_starts()
    {
        var node = await NodeAsync("a", agent: o => o.Concurrency = 1);
        node.Agent.Slots.TryTake().ShouldBeTrue();
        var order = WorkerNode.Order("one");
        await node.DeliverAsync(order);
        await node.DeliverAsync(Cancel(order));
        (await node.AnswerAsync<StepFailed>(order.RunId)).Reason.ShouldBe(ReasonCode.Cancelled);
        (await node.ClaimAsync(order.RunId)).State.ShouldBe("done");
        node.Script.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cancellation_that_overtakes_its_order_keeps_it_from_starting()
    {
        var node = await NodeAsync("a");
        var order = WorkerNode.Order("one");
        await node.DeliverAsync(Cancel(order));
        await node.DeliverAsync(order);
        (await node.AnswerAsync<StepFailed>(order.RunId)).Reason.ShouldBe(ReasonCode.Cancelled);
        node.Script.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Shutdown_hands_running_work_back_and_another_resumes_at_once()
    {
        var leaving = await (await NodeAsync("leaving", o => o.LeaseTtl = TimeSpan.FromMinutes(5))).StartAsync();
        leaving.Script.Execute = Script.Forever;
        var order = WorkerNode.Order("one");
        await leaving.DeliverAsync(order);
        await Until(() => !leaving.Script.Calls.IsEmpty, "the agent to start");
        await leaving.ShutDownAsync();
        (await leaving.AnswersAsync(order.RunId)).ShouldBeEmpty();

        var heir = await (await NodeAsync("heir")).StartAsync();
        (await heir.AnswerAsync<StepCompleted>(order.RunId)).Output.GetRawText().ShouldBe("""{"by":"heir"}""");
    }

    [Fact]
    public async Task Shutdown_lets_an_agent_finish_within_the_grace_time()
    {
        var node = await (await NodeAsync("a", o => o.ShutdownGrace = WorkerNode.Patience)).StartAsync();
        var ends = new TaskCompletionSource();
        node.Script.Execute = (_, _, _) => ends.Task;
        var order = WorkerNode.Order("one");
        await node.DeliverAsync(order);
        var shutdown = node.ShutDownAsync();
        ends.SetResult();
        await shutdown;
        await node.AnswerAsync<StepCompleted>(order.RunId);
    }

    [Fact]
    public async Task An_attempt_that_takes_too_long_fails_as_timeout()
    {
        var node = await NodeAsync("a");
        node.Script.Execute = Script.Forever;
        var order = WorkerNode.Order("one", timeoutMs: 100);
        await node.DeliverAsync(order);
        var answer = await node.AnswerAsync<StepFailed>(order.RunId);
        (answer.Class, answer.Reason).ShouldBe((FailureClass.Timeout, ReasonCode.DeadlineExceeded));
    }

    [Fact]
    public async Task An_agent_that_ignores_its_token_is_answered_for_and_keeps_its_slot()
    {
        var node = await (await NodeAsync("a", agent: o => o.Concurrency = 1)).StartAsync();
        var ends = new TaskCompletionSource();
        node.Script.Execute = (_, _, _) => ends.Task;
        var order = WorkerNode.Order("one", timeoutMs: 100);
        await node.DeliverAsync(order);
        (await node.AnswerAsync<StepFailed>(order.RunId)).Class.ShouldBe(FailureClass.Timeout);
        node.Agent.Slots.Free.ShouldBe(0);
        ends.SetResult();
        await Until(() => node.Agent.Slots.Free == 1, "the slot to be free again");
    }

    [Fact, Trait("req", "CTR-07")]
    public async Task A_step_whose_deadline_has_passed_is_not_started()
    {
        // The worker's clock is ten minutes slow: the database's counts.
        var node = await NodeAsync("a", time: new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(-10)));
        var order = WorkerNode.Order("one");
        await node.DeliverAsync(order, deadline: TimeProvider.System.GetUtcNow().AddMinutes(-1));
        (await node.AnswerAsync<StepFailed>(order.RunId)).Reason.ShouldBe(ReasonCode.Expired);
        node.Script.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_bad_input_fails_for_good_with_its_path_and_without_the_agent()
    {
        var node = await NodeAsync("a");
        var order = WorkerNode.Order("one") with { Input = System.Text.Json.JsonSerializer.SerializeToElement(new { nam = "x" }) };
        await node.DeliverAsync(order);
        var answer = await node.AnswerAsync<StepFailed>(order.RunId);
        (answer.Class, answer.Reason).ShouldBe((FailureClass.Permanent, ReasonCode.ContractInvalid));
        answer.Detail!.ShouldStartWith("input");
        node.Script.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_unexpected_exception_leaves_an_incident_and_no_text()
    {
        var node = await NodeAsync("a");
        node.Script.Execute = (_, _, _) => throw new InvalidOperationException("password=secret");
        var order = WorkerNode.Order("one");
        await node.DeliverAsync(order);
        var answer = await node.AnswerAsync<StepFailed>(order.RunId);
        (answer.Class, answer.Reason, answer.Detail).ShouldBe((FailureClass.Permanent, ReasonCode.NonRetryable, null));
        answer.IncidentId.ShouldNotBeEmpty();
    }

    [Fact, Trait("req", "CTR-08")]
    public async Task A_question_ends_the_attempt_and_the_next_one_sees_the_answer()
    {
        var node = await NodeAsync("a");
        node.Script.Execute = (_, context, _) =>
        {
            context.Ask<bool>("approve", "Refund 500?").ShouldBeTrue();
            return Task.CompletedTask;
        };
        var order = WorkerNode.Order("one");
        await node.DeliverAsync(order);
        var asked = await node.AnswerAsync<InputRequired>(order.RunId);
        (asked.QuestionId, asked.Question).ShouldBe(("approve", "Refund 500?"));
        await Until(() => node.Agent.Slots.Free == node.Agent.Slots.Count, "nothing to be held while the question is open");

        var answers = new Dictionary<string, System.Text.Json.JsonElement>
        {
            ["approve"] = System.Text.Json.JsonSerializer.SerializeToElement(true),
        };
        await node.DeliverAsync(order with { Attempt = 2, Answers = answers });
        await Until(
            async () => (await node.AnswersAsync(order.RunId)).Any(answer => answer is StepCompleted { Attempt: 2 }),
            "the second attempt"
        );
    }

    [Fact]
    public async Task A_compensation_gets_input_and_output_of_the_step()
    {
        var node = await NodeAsync("a");
        var order = WorkerNode.Order("one");
        var undo = new CompensateStep
        {
            RunId = order.RunId,
            StepId = "step",
            Attempt = 1,
            AgentType = "worker",
            Input = order.Input,
            Output = System.Text.Json.JsonSerializer.SerializeToElement(new { by = "a" }),
            TimeoutMs = 60_000,
        };
        await node.DeliverAsync(StepWork.From(undo));
        await node.AnswerAsync<StepCompensated>(order.RunId);
        node.Script.Calls.ShouldBe(["undo one of a"]);
    }

    [Fact]
    public async Task An_inline_agent_answers_in_the_messages_own_transaction()
    {
        var node = await NodeAsync("a", agent: o => o.Inline = true);
        var (order, messageId) = (WorkerNode.Order("one"), Guid.NewGuid());
        await node.DeliverAsync(order, messageId);
        (await node.AnswersAsync(order.RunId)).ShouldHaveSingleItem().ShouldBeOfType<StepCompleted>();
        (await node.DeliverAsync(order, messageId)).ShouldBeFalse();
        node.Script.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Progress_is_stored_at_once_and_renews_the_lease()
    {
        var node = await NodeAsync("a");
        var ends = new TaskCompletionSource();
        node.Script.Execute = async (_, context, token) =>
        {
            await context.ReportProgressAsync(50, "half\nway", token);
            await context.ReportProgressAsync(51, "too soon", token);
            await ends.Task;
        };
        var order = WorkerNode.Order("one");
        await node.DeliverAsync(order);
        await Until(async () => (await node.AnswersAsync(order.RunId)).Count > 0, "the report");
        var report = (await node.AnswersAsync(order.RunId)).ShouldHaveSingleItem().ShouldBeOfType<StepProgress>();
        (report.Percent, report.Note).ShouldBe((50, "half way"));
        ends.SetResult();
    }

    [Fact]
    public async Task An_attempt_that_keeps_ending_its_worker_is_failed_in_the_end()
    {
        var node = await NodeAsync("a", o => o.MaxCrashes = 1);
        var order = WorkerNode.Order("one");
        node.Agent.Slots.TryTake().ShouldBeTrue();
        for (var i = 0; i < 2; i++)
        {
            var victim = await NodeAsync($"victim {i}", time: new FakeTimeProvider());
            victim.Script.Execute = Script.Forever;
            if (i == 0)
            {
                await victim.DeliverAsync(order);
            }
            else
            {
                await Until(() => victim.Get<ClaimRecovery>().RecoverOnceAsync(victim.Agent, Token), "the claim to be taken over")
                    .WaitAsync(WorkerNode.Patience, Token);
            }
        }

        await node.StartAsync();
        (await node.AnswerAsync<StepFailed>(order.RunId)).Detail!.ShouldContain("2 workers vanished");
        node.Script.Calls.ShouldBeEmpty();
    }

    private static CancelStep Cancel(ExecuteStep order) =>
        new()
        {
            RunId = order.RunId,
            StepId = order.StepId,
            Attempt = order.Attempt,
        };
}
