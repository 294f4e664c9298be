using System.Security.Cryptography;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Testing;

namespace Coordination.Workers.Tests.Effects;

// Effects that need a decision: one per decision, with exactly what was decided.
public abstract partial class EffectContract
{
    private static readonly EffectTool Payout = new("payout", EffectClass.Keyed) { Scope = ["order"], Tier = "T2" };

    private static readonly object Decided = new { order = 7, cents = 4200 };

    /// <summary>The table as the ballots' module makes it.</summary>
    private static Task<int> MakeDecisionsAsync(WorkerNode node)
    {
        var sql = node.Units.Dialect;
        return node.Units.ExecuteAsync(
            new Statement(
                $"""
                CREATE TABLE {sql.Table("ballot_decision")} (ballot_id {(
                    sql.IsEmbedded ? "TEXT" : "uuid"
                )} PRIMARY KEY, tenant text NOT NULL, outcome text NOT NULL,
                  option text NULL, arguments_hash {(sql.IsEmbedded ? "BLOB" : "bytea")} NULL, tier text NOT NULL, decided_by text NOT NULL,
                  decided_at {(sql.IsEmbedded ? "INTEGER" : "timestamptz")} NOT NULL,
                  policy text NOT NULL, run_id {(sql.IsEmbedded ? "TEXT" : "uuid")} NULL, step_id text NULL)
                """
            ),
            Token
        );
    }

    private static async Task<DecisionToken> DecideAsync(
        WorkerNode node,
        string? option = "refund",
        object? arguments = null,
        string tier = "T2",
        string tenant = "default",
        bool withArguments = true,
        string policy = "refund",
        Guid? run = null
    )
    {
        var ballotId = Guid.CreateVersion7();
        var hash = SHA256.HashData(CanonicalJson.Of(JsonSerializer.SerializeToElement(arguments ?? new { cents = 4200, order = 7 })));
        await node.Units.ExecuteAsync(
            new Statement(
                $"""
                INSERT INTO {node.Units.Dialect.Table(
                    "ballot_decision"
                )} (ballot_id, tenant, outcome, option, arguments_hash, tier, decided_by, decided_at, policy, run_id, step_id)
                VALUES (@ballot, @tenant, @outcome, @option, @hash, @tier, 'votes', {node.Units.Dialect.Now}, @policy, @run, @step)
                """,
                ("ballot", ballotId, ColumnKind.Uuid),
                ("tenant", tenant, ColumnKind.Text),
                ("outcome", option is null ? "SPLIT" : "DECIDED", ColumnKind.Text),
                ("option", option, ColumnKind.Text),
                ("hash", withArguments ? hash : null, ColumnKind.Bytes),
                ("tier", tier, ColumnKind.Text),
                ("policy", policy, ColumnKind.Text),
                ("run", run, ColumnKind.Uuid),
                ("step", run is null ? null : "elsewhere", ColumnKind.Text)
            ),
            Token
        );
        return new DecisionToken(ballotId, "refund");
    }

    private static Task<IReadOnlyList<(Guid BallotId, string Key, Guid RunId, string StepId)>> UsesAsync(WorkerNode node) =>
        node.Units.QueryAsync(
            new Statement($"SELECT ballot_id, effect_key, run_id, step_id FROM {node.Units.Dialect.Table("decision_use")}"),
            row => (node.Units.Dialect.ReadGuid(row, 0), row.GetString(1), node.Units.Dialect.ReadGuid(row, 2), row.GetString(3)),
            Token
        );

    private static async Task RefusedAsync(
        WorkerNode node,
        Sink sink,
        DecisionToken? token,
        string why,
        object? args = null,
        EffectTool? tool = null
    )
    {
        node.Script.Execute = (_, context, _) => context.Effect(tool ?? Payout, args ?? Decided, sink.CallAsync, decision: token);
        var step = WorkerNode.Order("one");
        await node.DeliverAsync(step);
        var failed = await node.AnswerAsync<StepFailed>(step.RunId);
        (failed.Class, failed.Reason).ShouldBe((FailureClass.Permanent, ReasonCode.AdmissionDenied));
        failed.Detail.ShouldNotBeNull().ShouldContain(why);
        (await JournalAsync(node, step.RunId)).Select(r => (r.Kind, r.Code)).ShouldBe([("decision", ReasonCode.AdmissionDenied)]);
    }

    [Fact, Trait("req", "VOTE-13")]
    public async Task An_effect_of_a_tier_is_not_made_without_a_decision()
    {
        var node = await NodeAsync("a");
        var sink = new Sink();
        await RefusedAsync(node, sink, null, "needs a decision");
        // A database without ballots knows of no decision; nothing breaks.
        await RefusedAsync(node, sink, new DecisionToken(Guid.NewGuid(), "refund"), "unknown or not decided");
        await MakeDecisionsAsync(node);
        await RefusedAsync(node, sink, new DecisionToken(Guid.NewGuid(), "refund"), "unknown or not decided");
        sink.Calls.ShouldBeEmpty();
    }

    [Fact, Trait("req", "VOTE-13")]
    public async Task A_decision_allows_its_option_with_its_arguments_at_its_tier_and_nothing_else()
    {
        var node = await NodeAsync("a");
        await MakeDecisionsAsync(node);
        var sink = new Sink();
        await RefusedAsync(node, sink, await DecideAsync(node) with { Option = "replace" }, "decided for 'refund', not for 'replace'");
        await RefusedAsync(node, sink, await DecideAsync(node, option: "reject"), "decided for 'reject'");
        await RefusedAsync(node, sink, await DecideAsync(node, option: null), "without an option (SPLIT)");
        await RefusedAsync(node, sink, await DecideAsync(node), "other arguments", new { order = 7, cents = 4201 });
        await RefusedAsync(
            node,
            sink,
            await DecideAsync(node),
            "other arguments",
            new
            {
                order = 7,
                cents = 4200,
                iban = "X",
            }
        );
        await RefusedAsync(node, sink, await DecideAsync(node, withArguments: false), "without arguments");
        await RefusedAsync(node, sink, await DecideAsync(node, tier: "T1"), "tier T1, the effect needs T2");
        await RefusedAsync(node, sink, await DecideAsync(node, tenant: "another"), "unknown or not decided");
        await RefusedAsync(node, sink, await DecideAsync(node, run: Guid.NewGuid()), "was held for step 'elsewhere' of run");
        await RefusedAsync(
            node,
            sink,
            await DecideAsync(node, policy: "mail"),
            "under policy 'mail', the effect needs 'refund'",
            tool: Payout with
            {
                Policy = "refund",
            }
        );
        sink.Calls.ShouldBeEmpty();
        (await UsesAsync(node)).ShouldBeEmpty();
    }

    [Fact, Trait("req", "VOTE-13")]
    public async Task A_decision_is_used_up_by_one_effect_which_is_its_own_however_often_it_is_asked_for()
    {
        var node = await NodeAsync("a");
        await MakeDecisionsAsync(node);
        var token = await DecideAsync(node, tier: "T3");
        var payout = Payout with { Policy = "refund" };
        var sink = new Sink { On = (number, _, _) => number == 1 ? throw new TransientFailure("not yet") : Task.CompletedTask };
        node.Script.Execute = async (_, context, _) =>
        {
            await context.Effect(payout, Decided, sink.CallAsync, decision: token);
            if (context.Attempt == 1)
            {
                throw new TransientFailure("once more");
            }
        };
        var step = WorkerNode.Order("one");
        await node.DeliverAsync(step);
        await node.AnswerAsync<StepFailed>(step.RunId);
        await node.DeliverAsync(Again(step));
        await Eventually.Until(async () => (await node.AnswersAsync(step.RunId)).Count == 2, WorkerNode.Patience, "the second answer");
        (await node.AnswersAsync(step.RunId))[1].ShouldBeOfType<StepCompleted>();
        (sink.Calls.Count, sink.AllDone).ShouldBe((2, 1));
        (await UsesAsync(node)).ShouldHaveSingleItem().ShouldBe((token.BallotId, sink.Calls.First().Key, step.RunId, "step"));
        (await JournalAsync(node, step.RunId))[0].Detail.ShouldBe($"allowed by ballot {token.BallotId}: refund");

        await RefusedAsync(node, sink, token, $"was used for step 'step' of run {step.RunId}");
        sink.Calls.Count.ShouldBe(2);
    }

    [Fact, Trait("req", "VOTE-13")]
    public async Task Of_many_effects_that_use_a_decision_at_the_same_moment_one_is_made()
    {
        var pair = new[] { await NodeAsync("a", agent => agent.Concurrency = 10), await NodeAsync("b", agent => agent.Concurrency = 10) };
        await MakeDecisionsAsync(pair[0]);
        var token = await DecideAsync(pair[0]);
        var sink = new Sink();
        var (waiting, go) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var steps = Enumerable.Range(0, 20).Select(i => WorkerNode.Order($"{i}")).ToList();
        foreach (var node in pair)
        {
            node.Script.Execute = async (_, context, _) =>
            {
                if (Interlocked.Increment(ref waiting) == steps.Count)
                {
                    go.SetResult();
                }

                await go.Task;
                await context.Effect(Payout, Decided, sink.CallAsync, decision: token);
            };
        }

        for (var i = 0; i < steps.Count; i++)
        {
            await pair[i % 2].DeliverAsync(steps[i]);
        }

        var answers = new List<object>();
        foreach (var step in steps)
        {
            await Eventually.Until(async () => (await pair[0].AnswersAsync(step.RunId)).Count == 1, WorkerNode.Patience, "an answer");
            answers.Add((await pair[0].AnswersAsync(step.RunId))[0]);
        }

        answers.OfType<StepCompleted>().Count().ShouldBe(1);
        answers.OfType<StepFailed>().Count(failed => failed.Reason == ReasonCode.AdmissionDenied).ShouldBe(19);
        answers.OfType<StepFailed>().ShouldAllBe(failed => failed.Detail!.Contains("was used for step"));
        (sink.Calls.Count, (await UsesAsync(pair[0])).Count).ShouldBe((1, 1));
    }

    [Fact, Trait("req", "VOTE-13")]
    public async Task What_a_look_has_missed_is_found_by_the_commit_and_rolls_the_intent_back()
    {
        var node = await NodeAsync("a");
        await MakeDecisionsAsync(node);
        var token = await DecideAsync(node);
        var claim = new StepClaim
        {
            Id = Guid.CreateVersion7(),
            Epoch = 1,
            Work = StepWork.From(WorkerNode.Order("one")),
            Envelope = node.Get<EnvelopeFactory>().Root(Guid.NewGuid()),
            ClaimedAt = default,
            AskedAt = 0,
        };
        EffectIntent Intent(string step, DecisionToken by, object? args = null, EffectTool? tool = null) =>
            EffectIntent.Of(tool ?? Payout, args ?? Decided, "default", claim.Work.RunId, step, by);
        async Task RedeemAsync(EffectIntent intent)
        {
            await using var work = node.Units.Create();
            node.Get<EffectStore>().Reserve(work, claim, intent);
            node.Get<DecisionStore>().Redeem(work, claim, intent);
            await work.CommitAsync(Token);
        }

        async Task FailsAsync(EffectIntent intent) =>
            (await Should.ThrowAsync<GuardFailedException>(RedeemAsync(intent))).Guard.ShouldBe(DecisionStore.Refused);

        await FailsAsync(Intent("s", token with { Option = "reject" }));
        await FailsAsync(Intent("s", token with { BallotId = Guid.NewGuid() }));
        await FailsAsync(Intent("s", token, new { order = 7 }));
        await FailsAsync(Intent("s", token, tool: Payout with { Tier = "T3" }));
        await RedeemAsync(Intent("s", token));
        await FailsAsync(Intent("other", token));
        (await UsesAsync(node)).ShouldHaveSingleItem().Key.ShouldBe(Intent("s", token).Key);
        (await node.Get<EffectClient>().ListAsync(cancellationToken: Token))
            .Select(effect => effect.Key)
            .ShouldBe([Intent("s", token).Key]);
    }

    [Fact, Trait("req", "VOTE-13"), Trait("req", "WAL-04")]
    public async Task An_effect_whose_worker_died_in_its_call_goes_on_and_uses_no_second_decision()
    {
        var step = WorkerNode.Order("one");
        var called = new TaskCompletionSource();
        var wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sink = new Sink
        {
            On = async (number, done, _) =>
            {
                if (number == 1 && !done)
                {
                    called.SetResult();
                    await wake.Task;
                }
            },
        };
        var dead = await NodeAsync("dead", options: o => o.LeaseTtl = ShortLease);
        await MakeDecisionsAsync(dead);
        var token = await DecideAsync(dead);
        dead.Script.Execute = (_, context, _) => context.Effect(Payout, Decided, sink.CallAsync, decision: token);
        await dead.DeliverAsync(step);
        await called.Task.WaitAsync(WorkerNode.Patience, Token);
        var uses = await UsesAsync(dead);
        // What allowed the call is history now: going on asks for nothing anew.
        await dead.Units.ExecuteAsync(new Statement($"DELETE FROM {dead.Units.Dialect.Table("ballot_decision")}"), Token);

        var heir = await NodeAsync("heir", options: o => o.LeaseTtl = ShortLease);
        heir.Script.Execute = dead.Script.Execute;
        await heir.StartAsync();
        await heir.AnswerAsync<StepCompleted>(step.RunId);
        sink.Calls.Select(call => call.Key).Distinct().ShouldHaveSingleItem();
        sink.Calls.Count.ShouldBe(2);
        (await UsesAsync(heir)).ShouldBe(uses);
        wake.SetResult();
    }

    [Fact, Trait("req", "VOTE-13")]
    public async Task An_effect_that_was_refused_is_made_by_a_later_attempt_when_it_is_decided()
    {
        var node = await NodeAsync("a");
        await MakeDecisionsAsync(node);
        var sink = new Sink();
        var token = new DecisionToken(Guid.NewGuid(), "refund");
        node.Script.Execute = (_, context, _) => context.Effect(Payout, Decided, sink.CallAsync, decision: token);
        var step = WorkerNode.Order("one");
        await node.DeliverAsync(step);
        await node.AnswerAsync<StepFailed>(step.RunId);
        token = await DecideAsync(node);
        await node.DeliverAsync(Again(step));
        await Eventually.Until(async () => (await node.AnswersAsync(step.RunId)).Count == 2, WorkerNode.Patience, "the second answer");
        (await node.AnswersAsync(step.RunId))[1].ShouldBeOfType<StepCompleted>();
        JournalChain.Fault(await JournalAsync(node, step.RunId)).ShouldBeNull();
    }
}
