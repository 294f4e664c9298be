using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Workers.Tests.Effects;

/// <summary>What effects promise, on every database.</summary>
public abstract partial class EffectContract : IAsyncLifetime
{
    private static readonly EffectTool Refund = new("refund", EffectClass.Keyed) { Scope = ["order"] };
    private static readonly EffectTool Mail = new("mail", EffectClass.Irreversible) { Scope = ["order"] };
    private static readonly EffectTool Booking = new("book", EffectClass.Probed)
    {
        Scope = ["order"],
        SettleTime = TimeSpan.FromMilliseconds(100),
    };

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

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected async Task<WorkerNode> NodeAsync(
        string name,
        Action<AgentOptions>? agent = null,
        Action<WorkerOptions>? options = null
    )
    {
        var node = await WorkerNode.CreateAsync(
            UseStore,
            name,
            o =>
            {
                o.LeaseTtl = TimeSpan.FromSeconds(30);
                options?.Invoke(o);
            },
            agent
        );
        nodes.Add(node);
        await node.Get<EmbeddedStart>().ReleasedAsync(Token);
        return node;
    }

    private protected static Task<IReadOnlyList<JournalRecord>> JournalAsync(WorkerNode node, Guid runId) =>
        node.Get<JournalReader>().OfRunAsync(runId, 0, 1_000, Token);

    private protected static StepWork Again(ExecuteStep order, int attempt = 2, string? question = null, object? answer = null) =>
        StepWork.From(order) with
        {
            Attempt = attempt,
            Answers = question is null
                ? null
                : new Dictionary<string, JsonElement>(StringComparer.Ordinal) { [question] = JsonSerializer.SerializeToElement(answer) },
        };

    [Fact, Trait("req", "WAL-01"), Trait("req", "WAL-02")]
    public async Task An_intent_is_committed_before_the_call_and_the_outcome_before_the_agent_goes_on()
    {
        var node = await NodeAsync("a");
        var sink = new Sink();
        IReadOnlyList<JournalRecord> during = [],
            after = [];
        sink.On = async (_, done, _) =>
        {
            if (!done)
            {
                during = await JournalAsync(node, order!.RunId);
            }
        };
        node.Script.Execute = async (_, context, _) =>
        {
            await context.Effect(Refund, new { order = 7, cents = 4200 }, sink.CallAsync);
            after = await JournalAsync(node, order!.RunId);
        };
        order = WorkerNode.Order("one");
        await node.DeliverAsync(order);
        await node.AnswerAsync<StepCompleted>(order.RunId);
        during.Select(r => (r.Kind, r.Status)).ShouldBe([("intent", null)]);
        after.Select(r => (r.Kind, r.Status)).ShouldBe([("intent", null), ("outcome", "succeeded")]);
        after[0].Tool.ShouldBe("refund@1");
        System.Text.Encoding.UTF8.GetString(after[0].Args!).ShouldBe("""{"cents":4200,"order":7}""");
        JournalChain.Fault(after).ShouldBeNull();
    }

    private ExecuteStep? order;

    [Fact, Trait("req", "WAL-04"), Trait("req", "IDM-05")]
    public async Task A_second_attempt_gets_the_first_result_without_a_call()
    {
        var node = await NodeAsync("a");
        var sink = new Sink();
        var results = new List<int>();
        var reads = 0;
        node.Script.Execute = async (_, context, _) =>
        {
            var stock = await context.Read("stock", new { order = 7 }, _ => Task.FromResult(Interlocked.Increment(ref reads)));
            var receipt = await context.Effect(Refund, new { order = 7 }, sink.CallAsync);
            results.Add(receipt.Number * 100 + stock);
            if (context.Attempt == 1)
            {
                throw new TransientFailure("once more");
            }
        };
        var first = WorkerNode.Order("one");
        await node.DeliverAsync(first);
        await node.AnswerAsync<StepFailed>(first.RunId);
        await node.DeliverAsync(Again(first));
        await Eventually.Until(
            async () => (await node.AnswersAsync(first.RunId)).OfType<StepCompleted>().Any(),
            WorkerNode.Patience,
            "the second answer"
        );
        results.ShouldBe([101, 101]);
        sink.Calls.Count.ShouldBe(1);
        reads.ShouldBe(1);
    }

    [Fact, Trait("req", "IDM-04")]
    public async Task The_same_key_with_other_arguments_is_a_conflict_and_both_hashes_are_kept()
    {
        var node = await NodeAsync("a");
        var sink = new Sink();
        node.Script.Execute = async (_, context, _) =>
        {
            await context.Effect(Refund, new { order = 7, cents = 100 }, sink.CallAsync);
            await context.Effect(Refund, new { order = 7, cents = 200 }, sink.CallAsync);
        };
        var step = WorkerNode.Order("one");
        await node.DeliverAsync(step);
        var failed = await node.AnswerAsync<StepFailed>(step.RunId);
        (failed.Reason, failed.Class).ShouldBe((ReasonCode.IdempotencyConflict, FailureClass.Permanent));
        sink.Calls.Count.ShouldBe(1);
        var records = await JournalAsync(node, step.RunId);
        records[^1].Code.ShouldBe(ReasonCode.IdempotencyConflict);
        records[^1].Detail.ShouldNotBeNull().ShouldContain(records[0].ArgsHash!);
        records[^1].ArgsHash.ShouldNotBe(records[0].ArgsHash);
    }

    [Fact, Trait("req", "IDM-03")]
    public async Task Two_branches_of_an_agent_that_want_the_same_effect_share_one_call()
    {
        var node = await NodeAsync("a");
        var sink = new Sink { On = (_, _, token) => Task.Delay(20, token) };
        node.Script.Execute = async (_, context, _) =>
        {
            var both = await Task.WhenAll(
                context.Effect(Refund, new { order = 7 }, sink.CallAsync),
                context.Effect(Refund, new { order = 7 }, sink.CallAsync)
            );
            both[0].ShouldBe(both[1]);
        };
        var step = WorkerNode.Order("one");
        await node.DeliverAsync(step);
        await node.AnswerAsync<StepCompleted>(step.RunId);
        sink.Calls.Count.ShouldBe(1);
    }

    [Theory, Trait("req", "WAL-05"), Trait("req", "IDM-06")]
    [InlineData("happened", 0, typeof(StepCompleted))]
    [InlineData("did-not-happen", 1, typeof(StepCompleted))]
    [InlineData("compensate", 0, typeof(StepFailed))]
    public async Task An_irreversible_effect_without_an_end_waits_for_a_person_and_is_never_repeated_by_itself(
        string verdict,
        int moreCalls,
        Type then
    )
    {
        var node = await NodeAsync("a");
        var sink = new Sink
        {
            On = (number, done, _) => number == 1 && done ? throw new IOException("the connection broke") : Task.CompletedTask,
        };
        node.Script.Execute = (_, context, _) => context.Effect(Mail, new { order = 7 }, sink.CallAsync);
        var step = WorkerNode.Order("one");
        await node.DeliverAsync(step);
        var question = await node.AnswerAsync<InputRequired>(step.RunId);
        question.QuestionId.ShouldStartWith("effect:");
        question.Question.ShouldContain("order=7");
        sink.Calls.Count.ShouldBe(1);

        // Asking again without an answer changes nothing.
        await node.DeliverAsync(Again(step));
        await Eventually.Until(
            async () => (await node.AnswersAsync(step.RunId)).OfType<InputRequired>().Count() == 2,
            WorkerNode.Patience,
            "the question again"
        );
        sink.Calls.Count.ShouldBe(1);

        await node.DeliverAsync(
            Again(
                step,
                3,
                question.QuestionId,
                new
                {
                    verdict,
                    by = "eve",
                    result = new { number = 9 },
                }
            )
        );
        await Eventually.Until(
            async () => (await node.AnswersAsync(step.RunId)).Any(answer => answer.GetType() == then),
            WorkerNode.Patience,
            then.Name
        );
        sink.Calls.Count.ShouldBe(1 + moreCalls);
        (await JournalAsync(node, step.RunId)).ShouldContain(r => r.Kind == "signal" && r.Detail!.StartsWith("eve said"));
    }

    [Fact, Trait("req", "IDM-08"), Trait("req", "RTY-01"), Trait("req", "RTY-02")]
    public async Task A_keyed_effect_without_an_answer_is_repeated_with_the_same_key_three_times_in_all_whatever_retries_above_it()
    {
        var node = await NodeAsync("a");
        var sink = new Sink { On = (_, done, _) => done ? throw new TimeoutException() : Task.CompletedTask };
        node.Script.Execute = async (_, context, _) =>
        {
            for (var layer = 0; layer < 3; layer++)
            {
                try
                {
                    await context.Effect(Refund, new { order = 7 }, sink.CallAsync);
                }
                catch (EffectFailure) { }
            }

            throw new TransientFailure("again");
        };
        var step = WorkerNode.Order("one");
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await node.DeliverAsync(Again(step, attempt));
            await Eventually.Until(
                async () => (await node.AnswersAsync(step.RunId)).Count == attempt,
                WorkerNode.Patience,
                $"answer {attempt}"
            );
        }

        sink.Calls.Count.ShouldBe(3);
        sink.Calls.Select(call => call.Key).Distinct().ShouldHaveSingleItem();
        (await node.AnswersAsync(step.RunId)).ShouldAllBe(answer => answer is InputRequired);
    }

    [Theory, Trait("req", "WAL-05")]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public async Task A_probed_effect_without_an_end_is_asked_about_before_it_is_done_again(bool happened, int calls)
    {
        var node = await NodeAsync("a");
        var sink = new Sink { On = (number, done, _) => number == 1 && done == happened ? throw new IOException() : Task.CompletedTask };
        node.Script.Execute = (_, context, _) => context.Effect(Booking, new { order = 7 }, sink.CallAsync, sink.ProbeAsync);
        var step = WorkerNode.Order("one");
        await node.DeliverAsync(step);
        await node.AnswerAsync<StepCompleted>(step.RunId);
        sink.Calls.Count.ShouldBe(calls);
        sink.AllDone.ShouldBe(1);
    }

    [Fact, Trait("req", "IDM-07")]
    public async Task Three_charges_a_model_plans_in_one_turn_make_one()
    {
        var charge = new EffectTool("charge", EffectClass.Keyed) { Scope = ["order", "cents"], OncePer = TimeSpan.FromDays(1) };
        var (a, b) = (await NodeAsync("a"), await NodeAsync("b"));
        var sink = new Sink();
        a.Script.Execute = b.Script.Execute = (_, context, _) =>
            context.Effect(
                charge,
                new
                {
                    order = 7,
                    cents = 4200,
                    note = Guid.NewGuid(),
                },
                sink.CallAsync
            );
        var steps = new[] { WorkerNode.Order("one"), WorkerNode.Order("two"), WorkerNode.Order("three") };
        await a.DeliverAsync(steps[0]);
        await a.AnswerAsync<StepCompleted>(steps[0].RunId);
        await a.DeliverAsync(steps[1]);
        await b.DeliverAsync(steps[2]);
        foreach (var (node, step) in new[] { (a, steps[1]), (b, steps[2]) })
        {
            var failed = await node.AnswerAsync<StepFailed>(step.RunId);
            failed.Reason.ShouldBe(ReasonCode.IdempotencyConflict);
            failed.Detail.ShouldNotBeNull().ShouldContain(steps[0].RunId.ToString());
        }

        sink.Calls.Count.ShouldBe(1);
    }

    [Fact, Trait("req", "IDM-07")]
    public async Task A_business_effect_that_failed_for_certain_may_be_made_by_another_run()
    {
        var charge = new EffectTool("charge", EffectClass.Keyed) { Scope = ["order"], OncePer = TimeSpan.FromDays(1) };
        var node = await NodeAsync("a");
        var sink = new Sink { On = (number, _, _) => number == 1 ? throw new PermanentFailure("card refused") : Task.CompletedTask };
        node.Script.Execute = (_, context, _) => context.Effect(charge, new { order = 7 }, sink.CallAsync);
        var (first, second) = (WorkerNode.Order("one"), WorkerNode.Order("two"));
        await node.DeliverAsync(first);
        await node.AnswerAsync<StepFailed>(first.RunId);
        await node.DeliverAsync(second);
        await node.AnswerAsync<StepCompleted>(second.RunId);
        sink.AllDone.ShouldBe(1);
    }
}
