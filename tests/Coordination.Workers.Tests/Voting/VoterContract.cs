using System.Security.Cryptography;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Testing;
using Coordination.Workers.Tests.Models;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Workers.Tests.Voting;

/// <summary>What a voter promises a ballot, on every database.</summary>
public abstract partial class VoterContract : IAsyncLifetime
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

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<WorkerNode> NodeAsync(
        string name,
        Action<AgentOptions>? voter = null,
        Action<WorkerOptions>? options = null,
        Action<IServiceCollection>? more = null
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
            more: more ?? (services => services.AddVoter<ScriptedVoter>("fraud-desk", voter))
        );
        nodes.Add(node);
        await node.Get<EmbeddedStart>().ReleasedAsync(Token);
        return node;
    }

    private static RequestVote Request(Guid? ballotId = null, int round = 1, string voter = "fraud-desk", long timeoutMs = 60_000) =>
        new()
        {
            BallotId = ballotId ?? Guid.CreateVersion7(),
            Round = round,
            Voter = voter,
            Question = "Refund order 7?",
            Subject = JsonSerializer.SerializeToElement(new { order = 7, cents = 4200 }),
            Options =
            [
                new BallotOption { Name = "refund", Arguments = JsonSerializer.SerializeToElement(new { order = 7, cents = 4200 }) },
                new BallotOption { Name = "reject" },
            ],
            Domain = "payments",
            Flags = ["fraud"],
            Evidence = ["ticket/4711"],
            Arguments = round == 1 ? null : [new BallotArgument { Choice = "reject", Rationale = "too late" }],
            TimeoutMs = timeoutMs,
        };

    private static async Task<CastVote> VoteOfAsync(WorkerNode node, RequestVote request)
    {
        IReadOnlyList<object> said = [];
        await Eventually.Until(
            async () => (said = await node.SaidAsync(request.BallotId, Wire.BallotsEndpoint)).Count > 0,
            WorkerNode.Patience,
            "a vote",
            Token
        );
        (await node.AnswersAsync(request.BallotId)).ShouldBeEmpty();
        var vote = said.ShouldHaveSingleItem().ShouldBeOfType<CastVote>();
        ContractRules.Check(vote).ShouldBeEmpty();
        return vote;
    }

    private sealed record Order
    {
        public required int Id { get; init; }
    }

    [Fact]
    public async Task A_voter_is_asked_with_everything_the_request_says_and_answers_with_one_vote()
    {
        var node = await NodeAsync("a");
        VoteQuestion? asked = null;
        node.Script.Vote = async (question, context, token) =>
        {
            asked = question;
            await context.ReportProgressAsync(50, "half way to a refund", token);
            return (
                VoteAnswer.For("refund", confidence: 0.9, rationale: "paid twice", evidence: ["ledger/1"]) with
                {
                    Model = "scripted-1",
                    PromptHash = "ab",
                }
            ).WithVeto("charged twice", "ledger/2");
        };
        var request = Request(round: 2);
        await node.DeliverAsync(StepWork.From(request));
        var vote = await VoteOfAsync(node, request);
        (vote.BallotId, vote.Round, vote.Voter, vote.Choice, vote.Confidence).ShouldBe((request.BallotId, 2, "fraud-desk", "refund", 0.9));
        (vote.Rationale, vote.Model, vote.PromptHash, vote.Signature).ShouldBe(("paid twice", "scripted-1", "ab", null));
        vote.Evidence.ShouldBe(["ledger/1"]);
        vote.Veto.ShouldBe(new VoteVeto { Reason = "charged twice", Evidence = "ledger/2" });
        vote.VoteId.Version.ShouldBe(7);

        (asked!.BallotId, asked.Round, asked.Question, asked.Domain).ShouldBe(
            (request.BallotId, 2, "Refund order 7?", (string?)"payments")
        );
        asked.Options.Select(option => option.Name).ShouldBe(["refund", "reject"]);
        asked.Options[0].Arguments!.Value.GetRawText().ShouldBe("""{"order":7,"cents":4200}""");
        asked.Flags.ShouldBe(["fraud"]);
        asked.Evidence.ShouldBe(["ticket/4711"]);
        asked.Arguments.ShouldHaveSingleItem().Rationale.ShouldBe("too late");
        Should.Throw<PermanentFailure>(asked.ReadSubject<Order>).Message.ShouldContain("subject");
    }

    [Fact, Trait("req", "VOTE-03")]
    public async Task A_further_request_of_the_same_round_gets_no_second_vote_and_another_round_gets_its_own()
    {
        var node = await NodeAsync("a");
        node.Script.Vote = (question, _, _) => Task.FromResult<VoteAnswer?>(VoteAnswer.For(question.Round == 1 ? "refund" : "reject"));
        var first = Request();
        await node.DeliverAsync(StepWork.From(first));
        await VoteOfAsync(node, first);
        await node.DeliverAsync(StepWork.From(first with { TimeoutMs = 5_000 }));
        await node.DeliverAsync(StepWork.From(Request(first.BallotId, round: 2)));
        await Eventually.Until(
            async () => (await node.SaidAsync(first.BallotId, Wire.BallotsEndpoint)).Count == 2,
            WorkerNode.Patience,
            "the second round",
            Token
        );
        node.Script.Calls.ShouldBe(["vote-1~fraud-desk", "vote-2~fraud-desk"]);
    }

    [Fact, Trait("req", "VOTE-03")]
    public async Task A_request_that_comes_again_when_its_claim_is_long_gone_finds_the_models_answer()
    {
        var node = await NodeAsync("a");
        var model = new ScriptedModel();
        node.Script.Vote = async (_, context, _) =>
            VoteAnswer.For("refund", rationale: (await context.Ask(model, [new ChatMessage(ChatRole.User, "Refund?")])).Text);
        var request = Request();
        await node.DeliverAsync(StepWork.From(request));
        await VoteOfAsync(node, request);
        await node.Units.ExecuteAsync(new Statement($"DELETE FROM {node.Units.Dialect.Table("step_claim")} WHERE state = 'done'"), Token);
        await node.DeliverAsync(StepWork.From(request));
        await Eventually.Until(
            async () => (await node.SaidAsync(request.BallotId, Wire.BallotsEndpoint)).Count == 2,
            WorkerNode.Patience,
            "the repetition",
            Token
        );
        model.Prompts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Several_voters_of_one_process_answer_the_same_ballot()
    {
        var longest = new string('v', 64);
        var node = await NodeAsync("a", more: services => services.AddVoter<ScriptedVoter>("one").AddVoter<ScriptedVoter>(longest));
        node.Script.Vote = (_, context, _) => Task.FromResult<VoteAnswer?>(VoteAnswer.For("refund", rationale: context.AgentType));
        var ballotId = Guid.CreateVersion7();
        foreach (var agent in node.Get<IEnumerable<AgentRegistration>>())
        {
            await node.DeliverAsync(StepWork.From(Request(ballotId, round: 10, voter: agent.Type)), agent);
        }

        IReadOnlyList<object> said = [];
        await Eventually.Until(
            async () => (said = await node.SaidAsync(ballotId, Wire.BallotsEndpoint)).Count == 2,
            WorkerNode.Patience,
            "both votes",
            Token
        );
        said.Cast<CastVote>().Select(vote => vote.Voter).Order().ShouldBe(["one", longest]);
        said.Cast<CastVote>().ShouldAllBe(vote => vote.Rationale == vote.Voter);
        node.Script.Calls.ShouldAllBe(step => step.Length <= 64);
    }

    [Fact, Trait("req", "VOTE-03")]
    public async Task A_vote_is_signed_with_the_voters_key_as_it_travels()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var node = await NodeAsync("a", voter => voter.VotingKey = VotingKey.FromPem(key.ExportPkcs8PrivateKeyPem()));
        node.Script.Vote = (_, _, _) =>
            Task.FromResult<VoteAnswer?>(
                VoteAnswer.For("refund", 1.0 / 3, "twice\n\u0001 \ud83d 💶", [new string('e', 600)]).WithVeto("fraud", "ledger/1")
            );
        var request = Request();
        await node.DeliverAsync(StepWork.From(request));
        var vote = await VoteOfAsync(node, request);
        VoteSignature.IsSigned(vote, key).ShouldBeTrue();
        VoteSignature.IsSigned(vote, other).ShouldBeFalse();
        VoteSignature.IsSigned(vote with { Choice = "reject" }, key).ShouldBeFalse();
    }

    [Fact, Trait("req", "VOTE-14"), Trait("req", "WAL-04")]
    public async Task A_crash_after_the_model_answered_asks_no_model_again_and_gives_one_vote()
    {
        var request = Request();
        var model = new ScriptedModel();
        var reads = 0;
        async Task<VoteAnswer?> AnswerAsync(AgentContext context)
        {
            var stock = await context.Read("ledger", null, _ => Task.FromResult(Interlocked.Increment(ref reads)));
            var text = (await context.Ask(model, [new ChatMessage(ChatRole.User, "Refund?")])).Text;
            return VoteAnswer.For("refund", rationale: $"{text} {stock}");
        }

        var dead = await NodeAsync("dead", options: o => o.LeaseTtl = TimeSpan.FromSeconds(1));
        var wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = new TaskCompletionSource();
        dead.Script.Vote = async (_, context, _) =>
        {
            var answer = await AnswerAsync(context);
            asked.SetResult();
            await wake.Task;
            return answer;
        };
        await dead.DeliverAsync(StepWork.From(request));
        await asked.Task.WaitAsync(WorkerNode.Patience, Token);
        var heir = await NodeAsync("heir", options: o => o.LeaseTtl = TimeSpan.FromSeconds(1));
        heir.Script.Vote = (_, context, _) => AnswerAsync(context);
        await heir.StartAsync();
        (await VoteOfAsync(heir, request)).Rationale.ShouldBe("ok 1");
        wake.SetResult();
        await Eventually.Until(() => dead.Fenced == 1, WorkerNode.Patience, "the dead one to be fenced", Token);
        await VoteOfAsync(heir, request);
        (model.Prompts.Count, reads).ShouldBe((1, 1));
    }

    [Fact]
    public async Task A_process_that_ends_hands_the_question_back_and_says_nothing()
    {
        var node = await NodeAsync("a", options: o => o.ShutdownGrace = TimeSpan.Zero);
        var begun = new TaskCompletionSource();
        node.Script.Vote = async (_, _, token) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            return null;
        };
        var request = Request();
        await node.DeliverAsync(StepWork.From(request));
        await begun.Task.WaitAsync(WorkerNode.Patience, Token);
        await node.ShutDownAsync();
        (await node.SaidAsync(request.BallotId, Wire.BallotsEndpoint)).ShouldBeEmpty();
        (await node.ClaimAsync(request.BallotId)).ShouldBe(("open", null, 1));
    }

    [Fact]
    public async Task A_voter_inside_the_transaction_answers_with_it()
    {
        var node = await NodeAsync("a", voter => voter.Inline = true);
        node.Script.Vote = (_, _, _) => Task.FromResult<VoteAnswer?>(VoteAnswer.For("reject"));
        var (request, messageId) = (Request(), Guid.CreateVersion7());
        await node.DeliverAsync(StepWork.From(request), messageId);
        (await node.DeliverAsync(StepWork.From(request), messageId)).ShouldBeFalse();
        (await node.DeliverAsync(StepWork.From(request))).ShouldBeTrue();
        (await VoteOfAsync(node, request)).Choice.ShouldBe("reject");
        node.Script.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_agent_that_votes_does_its_steps_as_before()
    {
        var node = await NodeAsync("a", more: services => services.AddAgent<ScriptedAgentThatVotes>("worker"));
        node.Script.Vote = (_, _, _) => Task.FromResult<VoteAnswer?>(VoteAnswer.Recuse("my own case"));
        var request = Request(voter: "worker");
        await node.DeliverAsync(StepWork.From(request));
        var vote = await VoteOfAsync(node, request);
        (vote.Choice, vote.Rationale).ShouldBe(("RECUSED", "my own case"));
        var order = WorkerNode.Order("one");
        await node.DeliverAsync(order);
        await node.AnswerAsync<StepCompleted>(order.RunId);
    }
}
