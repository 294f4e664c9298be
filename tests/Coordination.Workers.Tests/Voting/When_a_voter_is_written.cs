using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Workers.Tests.Voting;

/// <summary>A voter of one's own is small, can be tested without servers, and mistakes in adding it stop the start.</summary>
public sealed class When_a_voter_is_written
{
    private sealed record RefundCase
    {
        public required int Order { get; init; }
        public required int Cents { get; init; }
    }

    private sealed class FraudDesk : IVoter
    {
        public async Task<VoteAnswer> VoteAsync(VoteQuestion question, AgentContext context, CancellationToken cancellationToken)
        {
            var refund = question.ReadSubject<RefundCase>();
            var earlier = await context.Read("earlier-refunds", new { refund.Order }, _ => Task.FromResult(refund.Order % 2));
            return earlier == 0 ? VoteAnswer.For("refund", confidence: 0.9, evidence: [$"orders/{refund.Order}"])
                : refund.Cents < 1_000 ? VoteAnswer.Abstain("small, and refunded before")
                : VoteAnswer.For("reject", rationale: "refunded before").WithVeto("fraud", $"orders/{refund.Order}");
        }
    }

    [Fact]
    public async Task It_is_tested_with_a_context_and_a_question()
    {
        var context = new TestAgentContext();
        var answer = await new FraudDesk().VoteAsync(
            VoteQuestion.Of("Refund?", new RefundCase { Order = 8, Cents = 4200 }, "refund", "reject"),
            context,
            CancellationToken.None
        );
        (answer.Choice, answer.Confidence).ShouldBe(("refund", 0.9));
        answer.Evidence.ShouldBe(["orders/8"]);

        var veto = await new FraudDesk().VoteAsync(
            VoteQuestion.Of("Refund?", new RefundCase { Order = 7, Cents = 4200 }, "refund", "reject"),
            context,
            CancellationToken.None
        );
        veto.Veto!.Evidence.ShouldBe("orders/7");
    }

    [Fact]
    public void A_class_that_is_an_agent_too_is_added_as_one() =>
        Should
            .Throw<ArgumentException>(() => new ServiceCollection().AddVoter<ScriptedAgentThatVotes>("fraud-desk"))
            .Message.ShouldContain("AddAgent");

    [Fact]
    public void A_voter_has_a_name_no_agent_has() =>
        Should
            .Throw<ArgumentException>(() => new ServiceCollection().AddAgent<ScriptedAgent>("a").AddVoter<FraudDesk>("a"))
            .Message.ShouldContain("added before");

    [Fact]
    public void A_key_that_cannot_sign_is_refused_at_once()
    {
        using var right = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var large = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Should.Throw<ArgumentException>(() => VotingKey.FromPem(right.ExportSubjectPublicKeyInfoPem())).Message.ShouldContain("private");
        Should.Throw<ArgumentException>(() => VotingKey.FromPem(large.ExportECPrivateKeyPem())).Message.ShouldContain("P-256");
        Should.Throw<ArgumentException>(() => VotingKey.FromPem("hello")).Message.ShouldNotContain("hello");
        VotingKey.FromPem(right.ExportECPrivateKeyPem()).ShouldNotBeNull();
    }

    [Fact]
    public void A_claim_stored_before_there_were_votes_is_a_step()
    {
        const string stored = """
            {"runId":"0198c0de-0000-7000-8000-000000000001","stepId":"one","attempt":1,"agentType":"worker","input":{"name":"x"},"timeoutMs":1000,"compensating":false}
            """;
        var work = JsonSerializer.Deserialize<StepWork>(stored, StepWork.Stored)!;
        (work.Round, work.StepId).ShouldBe((null, "one"));
        JsonSerializer.Serialize(work, StepWork.Stored).ShouldBe(stored.Trim());
    }
}
