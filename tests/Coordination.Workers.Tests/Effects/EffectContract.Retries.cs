using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Testing;

namespace Coordination.Workers.Tests.Effects;

// Retries below the agent, the fleet's budget, deadlines, cancellation, old deliveries.
public abstract partial class EffectContract
{
    [Fact, Trait("req", "RTY-03")]
    public async Task An_error_that_will_not_pass_is_called_once_and_asking_again_is_answered_without_a_call()
    {
        var node = await NodeAsync("a");
        var sink = new Sink { On = (_, _, _) => throw new PermanentFailure("order 7 is not there") };
        var codes = new List<string>();
        node.Script.Execute = async (_, context, _) =>
        {
            for (var i = 0; i < 3; i++)
            {
                codes.Add((await Should.ThrowAsync<EffectFailure>(context.Effect(Refund, new { order = 7 }, sink.CallAsync))).Code);
            }

            throw new TransientFailure("again");
        };
        var step = WorkerNode.Order("one");
        await node.DeliverAsync(step);
        await node.AnswerAsync<StepFailed>(step.RunId);
        sink.Calls.Count.ShouldBe(1);
        codes.ShouldBe([ReasonCode.NonRetryable, ReasonCode.DuplicateFailure, ReasonCode.DuplicateFailure]);
    }

    [Fact, Trait("req", "RTY-02"), Trait("req", "RTY-16"), Trait("req", "IDM-10")]
    public async Task A_failure_that_passes_is_retried_below_the_agent_and_its_calls_stay_visible()
    {
        var node = await NodeAsync("a");
        var sink = new Sink { On = (number, _, _) => number < 3 ? throw new TransientFailure("busy") : Task.CompletedTask };
        node.Script.Execute = (_, context, _) => context.Effect(Mail, new { order = 7 }, sink.CallAsync);
        var step = WorkerNode.Order("one");
        await node.DeliverAsync(step);
        await node.AnswerAsync<StepCompleted>(step.RunId);
        sink.AllDone.ShouldBe(1);
        (await JournalAsync(node, step.RunId))
            .Select(record => record.Status ?? record.Kind)
            .ShouldBe(["intent", "retryable", "intent", "retryable", "intent", "succeeded"]);
        node.Script.Calls.Count.ShouldBe(1);
    }

    [Fact, Trait("req", "RTY-04")]
    public async Task No_call_is_made_before_Retry_After_not_even_by_the_next_attempt()
    {
        var node = await NodeAsync("a");
        var wish = TimeSpan.FromMilliseconds(800);
        var sink = new Sink
        {
            On = (number, _, _) =>
                number == 1 ? throw new TransientFailure("slow down", ReasonCode.RateLimited) { RetryAfter = wish } : Task.CompletedTask,
        };
        node.Script.Execute = (_, context, _) => context.Effect(Refund, new { order = 7 }, sink.CallAsync);
        var step = WorkerNode.Order("one");
        await node.DeliverAsync(step);
        await node.AnswerAsync<StepCompleted>(step.RunId);
        var calls = sink.Calls.ToList();
        (calls[1].At - calls[0].At).ShouldBeGreaterThanOrEqualTo(wish - TimeSpan.FromMilliseconds(20));
    }

    [Fact, Trait("req", "RTY-05")]
    public async Task A_backend_that_is_down_for_a_fleet_gets_a_tenth_more_calls_than_first_attempts()
    {
        var fleet = new[] { await NodeAsync("a"), await NodeAsync("b"), await NodeAsync("c") };
        var sink = new Sink { On = (_, _, _) => throw new TransientFailure("down") };
        var codes = new System.Collections.Concurrent.ConcurrentBag<string>();
        foreach (var node in fleet)
        {
            node.Script.Execute = async (_, context, _) =>
            {
                await Parallel.ForEachAsync(
                    Enumerable.Range(0, 100),
                    new ParallelOptions { MaxDegreeOfParallelism = 10 },
                    async (i, _) =>
                    {
                        try
                        {
                            await context.Read("prices", new { i }, token => sink.CallAsync($"{i}", token));
                        }
                        catch (EffectFailure failure)
                        {
                            codes.Add(failure.Code);
                        }
                    }
                );
                context.Missing("prices");
            };
        }

        var started = TimeProvider.System.GetTimestamp();
        var steps = fleet.Select(node => (node, order: WorkerNode.Order("one", timeoutMs: 600_000))).ToList();
        foreach (var (node, step) in steps)
        {
            await node.DeliverAsync(step);
        }

        foreach (var (node, step) in steps)
        {
            await node.AnswerAsync<StepCompleted>(step.RunId);
        }

        var slots = 1 + (int)Math.Ceiling(TimeProvider.System.GetElapsedTime(started) / RetryRules.Slot);
        sink.Calls.Count.ShouldBeGreaterThanOrEqualTo(300);
        sink.Calls.Count.ShouldBeLessThanOrEqualTo(330 + (slots * RetryRules.Floor));
        codes.Count(code => code == ReasonCode.RetryBudgetExhausted).ShouldBeGreaterThan(200);
    }

    [Fact, Trait("req", "RTY-06")]
    public async Task No_call_is_begun_that_cannot_end_before_the_deadline()
    {
        var node = await NodeAsync("a");
        var sink = new Sink { On = (_, done, token) => done ? Task.CompletedTask : Task.Delay(150, token) };
        EffectFailure? late = null;
        node.Script.Execute = async (job, context, token) =>
        {
            await context.Effect(Refund, new { order = job.Name }, sink.CallAsync);
            if (job.Name == "two")
            {
                await Eventually.Until(
                    () => context.Deadline - TimeProvider.System.GetUtcNow() < TimeSpan.FromMilliseconds(100),
                    WorkerNode.Patience,
                    "the end to be near",
                    token
                );
                late = await Should.ThrowAsync<EffectFailure>(context.Effect(Refund, new { order = 8 }, sink.CallAsync));
            }
        };
        var (first, second) = (WorkerNode.Order("one"), WorkerNode.Order("two", timeoutMs: 1_500));
        await node.DeliverAsync(first);
        await node.AnswerAsync<StepCompleted>(first.RunId);
        await node.DeliverAsync(second);
        await node.AnswerAsync<StepFailed>(second.RunId);
        late.ShouldNotBeNull().Code.ShouldBe(ReasonCode.DeadlineExceeded);
        sink.Calls.Count.ShouldBe(2);
    }

    [Fact, Trait("req", "IDM-11")]
    public async Task After_a_cancellation_at_any_moment_the_report_says_of_every_effect_what_the_target_says()
    {
        const int Steps = 500;
        const int Effects = 10;
        var node = await NodeAsync("a", agent: o => o.Concurrency = 20);
        var sink = new Sink { On = (_, _, token) => Task.Delay(TimeSpan.FromMilliseconds(2), token) };
        var tools = new[] { Refund, Mail };
        node.Script.Execute = async (_, context, token) =>
        {
            for (var i = 0; i < Effects; i++)
            {
                token.ThrowIfCancellationRequested();
                await context.Effect(tools[i % 2], new { order = i }, sink.CallAsync);
            }
        };
        var dice = new Random(11);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Steps),
            new ParallelOptions { MaxDegreeOfParallelism = 10 },
            async (_, token) =>
            {
                var step = WorkerNode.Order("one");
                int pause;
                lock (dice)
                {
                    pause = dice.Next(120);
                }

                await node.DeliverAsync(step);
                await Task.Delay(pause, token);
                await CancelAsync(node, step);
                await Eventually.Until(
                    async () => (await node.AnswersAsync(step.RunId)).Count > 0,
                    WorkerNode.Patience,
                    "an answer",
                    token
                );
                foreach (var effect in await new EffectClient(node.Units).ListAsync(step.RunId, cancellationToken: token))
                {
                    var done = sink.Done(effect.Key);
                    switch (effect.Summary)
                    {
                        case "done":
                            done.ShouldBe(1);
                            break;
                        case "not done":
                            done.ShouldBe(0);
                            break;
                        default:
                            done.ShouldBeInRange(0, 1);
                            break;
                    }
                }
            }
        );
    }

    /// <summary>As the broker does it: a cancellation that collides with the claim's own change comes again.</summary>
    private static async Task CancelAsync(WorkerNode node, ExecuteStep step)
    {
        var cancel = new CancelStep
        {
            RunId = step.RunId,
            StepId = step.StepId,
            Attempt = 1,
        };
        while (true)
        {
            try
            {
                await node.DeliverAsync(cancel);
                return;
            }
            catch (GuardFailedException)
            {
                Token.ThrowIfCancellationRequested();
            }
        }
    }

    [Fact, Trait("req", "IDM-12")]
    public async Task Work_that_was_only_taken_on_is_not_done_until_the_probe_says_so()
    {
        var node = await NodeAsync("a");
        var queued = new EffectTool("print", EffectClass.Probed) { Scope = ["order"], VerifiedWithin = TimeSpan.FromSeconds(1) };
        var asked = 0;
        node.Script.Execute = (job, context, _) =>
            context.Effect(
                queued,
                new { order = job.Name },
                (_, _) => Task.FromResult(new Receipt(1)),
                (_, _) =>
                    Task.FromResult<ProbeAnswer<Receipt>>(
                        job.Name == "works" && Interlocked.Increment(ref asked) > 2
                            ? new ProbeAnswer<Receipt>.Happened(new Receipt(2))
                            : new ProbeAnswer<Receipt>.Unknown()
                    )
            );
        var (works, never) = (WorkerNode.Order("works"), WorkerNode.Order("never"));
        await node.DeliverAsync(works);
        await node.AnswerAsync<StepCompleted>(works.RunId);
        (await JournalAsync(node, works.RunId)).Select(r => r.Status ?? r.Kind).ShouldBe(["intent", "accepted", "succeeded"]);
        await node.DeliverAsync(never);
        await node.AnswerAsync<InputRequired>(never.RunId);
    }

    [Fact, Trait("req", "IDM-09")]
    public async Task An_order_that_comes_again_when_its_claim_is_long_gone_does_not_repeat_its_effects()
    {
        var node = await NodeAsync("a");
        var sink = new Sink();
        node.Script.Execute = (_, context, _) => context.Effect(Mail, new { order = 7 }, sink.CallAsync);
        var step = WorkerNode.Order("one");
        await node.DeliverAsync(step);
        await node.AnswerAsync<StepCompleted>(step.RunId);
        // What retention leaves after weeks: neither claim nor inbox row, only the effect and its journal.
        await node.Units.ExecuteAsync(new Statement($"DELETE FROM {node.Units.Dialect.Table("step_claim")}"), Token);
        await node.DeliverAsync(step);
        await Eventually.Until(
            async () => (await node.AnswersAsync(step.RunId)).OfType<StepCompleted>().Count() == 2,
            WorkerNode.Patience,
            "the second answer"
        );
        sink.Calls.Count.ShouldBe(1);
    }
}
