using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Testing;

namespace Coordination.Workers.Tests.Effects;

// What another owner, another definition, a cancellation and an operator find.
public abstract partial class EffectContract
{
    private static readonly TimeSpan ShortLease = TimeSpan.FromSeconds(1);

    /// <summary>A worker that dies after its call, as far as the database knows: its lease runs out and its writes are refused.</summary>
    private async Task<(WorkerNode Dead, TaskCompletionSource Wake)> DyingAsync(ExecuteStep order, Func<AgentContext, Task> before)
    {
        var dead = await NodeAsync("dead", options: o => o.LeaseTtl = ShortLease);
        var wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        dead.Script.Execute = async (_, context, _) =>
        {
            await before(context);
            await wake.Task;
        };
        await dead.DeliverAsync(order);
        return (dead, wake);
    }

    [Fact, Trait("req", "WAL-04")]
    public async Task Another_worker_goes_on_at_the_first_effect_that_is_not_done_within_the_lease_and_five_seconds()
    {
        var step = WorkerNode.Order("twelve");
        var sink = new Sink();
        var made = 0;
        async Task EffectsAsync(AgentContext context, int count)
        {
            for (var i = 1; i <= count; i++)
            {
                await context.Effect(Refund, new { order = i }, sink.CallAsync);
                Interlocked.Increment(ref made);
            }
        }

        var (_, wake) = await DyingAsync(step, context => EffectsAsync(context, 7));
        await Eventually.Until(() => Volatile.Read(ref made) == 7, WorkerNode.Patience, "seven effects");
        var left = TimeProvider.System.GetTimestamp();
        var heir = await NodeAsync("heir", options: o => o.LeaseTtl = ShortLease);
        heir.Script.Execute = (_, context, _) => EffectsAsync(context, 12);
        await heir.StartAsync();
        await heir.AnswerAsync<StepCompleted>(step.RunId);
        TimeProvider.System.GetElapsedTime(left).ShouldBeLessThan(ShortLease + TimeSpan.FromSeconds(5));
        sink.Calls.Count.ShouldBe(12);
        sink.Calls.Select(call => call.Key).Distinct().Count().ShouldBe(12);
        JournalChain.Fault(await JournalAsync(heir, step.RunId)).ShouldBeNull();
        wake.SetResult();
    }

    [Fact, Trait("req", "WAL-06"), Trait("req", "IDM-03")]
    public async Task A_worker_that_was_taken_for_dead_writes_no_intent_and_makes_no_call()
    {
        var step = WorkerNode.Order("one");
        var sink = new Sink();
        var asleep = new TaskCompletionSource();
        OperationCanceledException? refused = null;
        var dead = await NodeAsync("dead", options: o => o.LeaseTtl = ShortLease);
        var wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        dead.Script.Execute = async (_, context, _) =>
        {
            asleep.SetResult();
            await wake.Task;
            refused = await Should.ThrowAsync<OperationCanceledException>(context.Effect(Refund, new { order = 7 }, sink.CallAsync));
        };
        await dead.DeliverAsync(step);
        await asleep.Task;
        var heir = await NodeAsync("heir", options: o => o.LeaseTtl = ShortLease);
        heir.Script.Execute = (_, context, _) => context.Effect(Refund, new { order = 7 }, sink.CallAsync);
        await heir.StartAsync();
        await heir.AnswerAsync<StepCompleted>(step.RunId);
        wake.SetResult();
        await Eventually.Until(() => refused is not null, WorkerNode.Patience, "the refusal");
        sink.Calls.Count.ShouldBe(1);
        (await JournalAsync(heir, step.RunId)).ShouldAllBe(record => record.Worker.StartsWith("heir"));
    }

    [Fact, Trait("req", "WAL-06")]
    public async Task The_database_itself_refuses_an_append_whose_epoch_is_over()
    {
        var node = await NodeAsync("a");
        var claim = new StepClaim
        {
            Id = Guid.NewGuid(),
            Epoch = 1,
            Work = StepWork.From(WorkerNode.Order("one")),
            Envelope = node.Get<EnvelopeFactory>().Root(Guid.NewGuid()),
            ClaimedAt = DateTimeOffset.UnixEpoch,
            AskedAt = 0,
        };
        await using (var work = node.Units.Create())
        {
            node.Get<ClaimStore>().Insert(work, claim, owned: true);
            await work.CommitAsync(Token);
        }

        async Task AppendAsync(long epoch)
        {
            await using var work = node.Units.Create();
            node.Get<JournalStore>().Append(work, claim, Blank(claim) with { Epoch = epoch });
            await work.CommitAsync(Token);
        }

        await AppendAsync(1);
        (await Should.ThrowAsync<GuardFailedException>(AppendAsync(2))).Guard.ShouldBe(JournalStore.Fenced);
        (await JournalAsync(node, claim.Work.RunId)).Count.ShouldBe(1);
    }

    [Fact, Trait("req", "WAL-06")]
    public async Task An_attempt_is_over_for_the_journal_when_a_later_one_of_its_step_is_claimed()
    {
        var node = await NodeAsync("a");
        var sink = new Sink();
        var (begun, wake) = (new TaskCompletionSource(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        OperationCanceledException? refused = null;
        node.Script.Execute = async (_, context, _) =>
        {
            if (context.Attempt == 1)
            {
                begun.SetResult();
                await wake.Task;
                refused = await Should.ThrowAsync<OperationCanceledException>(context.Effect(Refund, new { order = 7 }, sink.CallAsync));
            }
            else
            {
                await context.Effect(Refund, new { order = 7 }, sink.CallAsync);
            }
        };
        var step = WorkerNode.Order("one");
        await node.DeliverAsync(step);
        await begun.Task;
        await node.DeliverAsync(Again(step));
        await node.AnswerAsync<StepCompleted>(step.RunId);
        wake.SetResult();
        await Eventually.Until(() => refused is not null, WorkerNode.Patience, "the refusal");
        sink.Calls.Count.ShouldBe(1);
    }

    [Fact, Trait("req", "WAL-05")]
    public async Task What_a_dead_worker_had_begun_is_left_to_a_person_when_it_is_irreversible()
    {
        var step = WorkerNode.Order("one");
        var sink = new Sink();
        var called = new TaskCompletionSource();
        sink.On = (number, done, _) =>
        {
            if (number == 1 && done)
            {
                called.TrySetResult();
                return new TaskCompletionSource().Task;
            }

            return Task.CompletedTask;
        };
        var (_, wake) = await DyingAsync(step, context => context.Effect(Mail, new { order = 7 }, sink.CallAsync));
        await called.Task;
        var heir = await NodeAsync("heir", options: o => o.LeaseTtl = ShortLease);
        heir.Script.Execute = (_, context, _) => context.Effect(Mail, new { order = 7 }, sink.CallAsync);
        await heir.StartAsync();
        var question = await heir.AnswerAsync<InputRequired>(step.RunId);
        sink.Calls.Count.ShouldBe(1);
        var effect = (await new EffectClient(heir.Units).ListAsync(step.RunId)).ShouldHaveSingleItem();
        (effect.Status, effect.Summary, effect.QuestionId).ShouldBe(("indoubt", "in doubt", question.QuestionId));
        wake.SetResult();
    }

    [Fact, Trait("req", "WAL-11")]
    public async Task A_step_begun_by_another_definition_stops_instead_of_going_on_with_other_logic()
    {
        var step = WorkerNode.Order("one");
        var sink = new Sink();
        var old = await NodeAsync("old", agent: a => a.Definition = "v1");
        old.Script.Execute = async (_, context, _) =>
        {
            await context.Effect(Refund, new { order = 7 }, sink.CallAsync);
            throw new TransientFailure("again");
        };
        await old.DeliverAsync(step);
        await old.AnswerAsync<StepFailed>(step.RunId);
        var other = await NodeAsync("other", agent: a => a.Definition = "v2");
        await other.DeliverAsync(Again(step));
        await Eventually.Until(async () => (await other.AnswersAsync(step.RunId)).Count == 2, WorkerNode.Patience, "the second answer");
        var failed = (await other.AnswersAsync(step.RunId))[1].ShouldBeOfType<StepFailed>();
        failed.Reason.ShouldBe(ReasonCode.VersionSkew);
        failed.Detail.ShouldNotBeNull().ShouldContain("'v1'");
        other.Script.Calls.ShouldBeEmpty();

        var knows = await NodeAsync(
            "knows",
            agent: a =>
            {
                a.Definition = "v2";
                a.ContinuesFrom.Add("v1");
            }
        );
        await knows.DeliverAsync(Again(step, 3));
        await Eventually.Until(
            async () => (await knows.AnswersAsync(step.RunId)).OfType<StepCompleted>().Any(),
            WorkerNode.Patience,
            "a definition that can go on from the old one"
        );
    }

    [Fact, Trait("req", "WAL-04")]
    public async Task Time_ids_and_random_numbers_are_the_same_in_every_attempt()
    {
        var node = await NodeAsync("a");
        var sink = new Sink();
        var taken = new List<(DateTimeOffset, Guid, Guid, double)>();
        node.Script.Execute = async (_, context, _) =>
        {
            var values = (context.Now(), context.NewId(), context.NewId(), context.NextRandom());
            taken.Add(values);
            await context.Effect(Refund, new { order = values.Item2 }, sink.CallAsync);
            if (context.Attempt < 3)
            {
                throw new TransientFailure("again");
            }
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

        taken.Distinct().ShouldHaveSingleItem();
        taken[0].Item2.ShouldNotBe(taken[0].Item3);
        sink.Calls.Count.ShouldBe(1);
        JournalChain.Fault(await JournalAsync(node, step.RunId)).ShouldBeNull();
    }

    [Fact, Trait("req", "RTY-14")]
    public async Task A_step_that_claims_to_be_complete_without_what_failed_fails_and_one_that_says_so_does_not()
    {
        var node = await NodeAsync("a");
        async Task TryAsync(AgentContext context, bool says)
        {
            try
            {
                await context.Effect<Receipt>(Refund, new { order = 7 }, (_, _) => throw new PermanentFailure("down"));
            }
            catch (EffectFailure failure)
            {
                (failure.Code, failure.Retryable).ShouldBe((ReasonCode.NonRetryable, false));
                if (says)
                {
                    context.Missing("the refund", failure);
                }
            }
        }

        var (silent, honest) = (WorkerNode.Order("silent"), WorkerNode.Order("honest"));
        node.Script.Execute = (job, context, _) => TryAsync(context, job.Name == "honest");
        await node.DeliverAsync(silent);
        (await node.AnswerAsync<StepFailed>(silent.RunId)).Detail.ShouldNotBeNull().ShouldContain("down");
        await node.DeliverAsync(honest);
        (await node.AnswerAsync<StepCompleted>(honest.RunId)).Missing.ShouldBe(["the refund"]);
        (await JournalAsync(node, honest.RunId)).ShouldContain(r => r.Tool == "missing" && r.Detail == "the refund");
    }

    [Fact, Trait("req", "WAL-10")]
    public async Task Undoing_is_journaled_and_made_once_under_keys_of_its_own()
    {
        var node = await NodeAsync("a");
        var sink = new Sink();
        node.Script.Execute = async (_, context, _) =>
        {
            await context.Effect(Refund, new { order = 7 }, sink.CallAsync);
            if (context.Attempt is 2)
            {
                throw new TransientFailure("again");
            }
        };
        var step = WorkerNode.Order("one");
        await node.DeliverAsync(step);
        await node.AnswerAsync<StepCompleted>(step.RunId);
        foreach (var attempt in new[] { 2, 3 })
        {
            await node.DeliverAsync(
                Again(step, attempt) with
                {
                    Compensating = true,
                    Output = JsonSerializer.SerializeToElement(new { by = "a" }),
                }
            );
            await Eventually.Until(
                async () => (await node.AnswersAsync(step.RunId)).Count == attempt,
                WorkerNode.Patience,
                $"answer {attempt}"
            );
        }

        (await node.AnswersAsync(step.RunId))[^1].ShouldBeOfType<StepCompensated>();
        sink.Calls.Count.ShouldBe(2);
        sink.Calls.Select(call => call.Key).Distinct().Count().ShouldBe(2);
        (await JournalAsync(node, step.RunId)).Count(record => record.Compensating).ShouldBe(2);
    }

    [Fact, Trait("req", "WAL-03")]
    public async Task The_database_refuses_changes_of_the_journal_and_verify_finds_those_made_behind_its_back()
    {
        var node = await NodeAsync("a");
        var sink = new Sink();
        node.Script.Execute = (_, context, _) => context.Effect(Refund, new { order = 7 }, sink.CallAsync);
        var step = WorkerNode.Order("one");
        await node.DeliverAsync(step);
        await node.AnswerAsync<StepCompleted>(step.RunId);
        var client = new EffectClient(node.Units);
        (await client.VerifyAsync(step.RunId)).ShouldBe((2, null));
        var table = node.Units.Dialect.Table("effect_journal");
        foreach (var text in new[] { $"UPDATE {table} SET detail = 'x'", $"DELETE FROM {table}" })
        {
            await Should.ThrowAsync<System.Data.Common.DbException>(node.Units.ExecuteAsync(new Statement(text), Token));
        }

        await ForceAsync(node, $"UPDATE {table} SET status = 'failed' WHERE seq = 2");
        (await client.VerifyAsync(step.RunId)).Fault.ShouldBe("record 2 was changed, or one before it");
        await ForceAsync(node, $"DELETE FROM {table} WHERE seq = 2");
        (await client.VerifyAsync(step.RunId)).Fault.ShouldNotBeNull().ShouldContain("some are missing at the end");
    }

    [Fact, Trait("req", "IDM-09"), Trait("req", "WAL-09")]
    public async Task Effects_are_kept_until_nothing_can_ask_for_them_any_more()
    {
        var node = await NodeAsync("a");
        var sink = new Sink();
        node.Script.Execute = (_, context, _) => context.Effect(Refund, new { order = 7 }, sink.CallAsync);
        var (young, old) = (WorkerNode.Order("young"), WorkerNode.Order("old"));
        foreach (var step in new[] { young, old })
        {
            await node.DeliverAsync(step);
            await node.AnswerAsync<StepCompleted>(step.RunId);
        }

        var sql = node.Units.Dialect;
        await ForceAsync(
            node,
            $"UPDATE {sql.Table("effect_journal")} SET at = {sql.NowPlus($"{-401L * 24 * 3_600_000}")} WHERE run_id IN (SELECT run_id FROM {sql.Table("effect")} ORDER BY created_at DESC LIMIT 1)"
        );
        (await node.Get<EffectRetention>().SweepAsync(Token)).ShouldBe(1);
        (await JournalAsync(node, old.RunId)).ShouldBeEmpty();
        (await JournalAsync(node, young.RunId)).Count.ShouldBe(2);
        (await new EffectClient(node.Units).ListAsync(cancellationToken: Token)).ShouldHaveSingleItem().RunId.ShouldBe(young.RunId);
    }

    /// <summary>What only the owner of the database can do.</summary>
    private protected abstract Task ForceAsync(WorkerNode node, string text);

    private static JournalRecord Blank(StepClaim claim) =>
        new()
        {
            RunId = claim.Work.RunId,
            Kind = JournalKind.Decision,
            StepId = claim.Work.StepId,
            Attempt = 1,
            Epoch = 1,
            Worker = "",
            At = DateTimeOffset.UnixEpoch,
        };
}
