using System.Security.Cryptography;
using Coordination.Contracts.V1;
using Coordination.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Workers.Tests;

// Ballots over the bus: the ballot service is a stand-in that collects what it hears.
public abstract partial class WorkerContract
{
    private static RequestVote Request(string voter) =>
        new()
        {
            BallotId = Guid.CreateVersion7(),
            Round = 1,
            Voter = voter,
            Question = "Refund?",
            Options = [BallotRequest.Option("refund", new { Order = 7 }), BallotRequest.Option("reject")],
            TimeoutMs = 60_000,
        };

    [Theory, Trait("req", "VOTE-03"), Trait("req", "TRC-01")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_voter_answers_the_ballot_with_one_signed_vote_in_the_same_trace(bool inline)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var process = await WorkerInstallation.StartAsync(
            Choose,
            more: services =>
                services.AddVoter<ScriptedVoter>(
                    "fraud-desk",
                    options =>
                    {
                        options.Inline = inline;
                        options.VotingKey = VotingKey.From(key);
                    }
                )
        );
        process.Script.Vote = (question, _, _) =>
            Task.FromResult<VoteAnswer?>(VoteAnswer.For(question.Options[0].Name, 0.9, "bezahlt: zweimal 💶", ["ledger/1"]));
        var request = Request("fraud-desk");
        var asked = await process.SendAsync(request);
        await process.SendAsync(request);
        var (vote, envelope) = await process.HeardByBallotsAsync<CastVote>(request.BallotId);
        (vote.Voter, vote.Choice, vote.Round).ShouldBe(("fraud-desk", "refund", 1));
        VoteSignature.IsSigned(vote, key).ShouldBeTrue();
        (envelope.TransactionId, envelope.HopsLeft, envelope.Sender.Type).ShouldBe((request.BallotId, asked.HopsLeft - 1, "fraud-desk"));
        (envelope.RunId, envelope.StepId, envelope.Attempt).ShouldBe((null, null, null));
        envelope.TraceParent!.ShouldContain("0af7651916cd43dd8448eb211c80319c");

        // The two requests are handled one after the other, so a second vote would be here by the time a later one is.
        var later = Request("fraud-desk");
        await process.SendAsync(later);
        await process.HeardByBallotsAsync<CastVote>(later.BallotId);
        await process.HeardByBallotsAsync<CastVote>(request.BallotId);
    }

    [Fact]
    public async Task A_voter_is_announced_like_an_agent_type()
    {
        await using var process = await WorkerInstallation.StartAsync(Choose, more: s => s.AddVoter<ScriptedVoter>("fraud-desk"));
        await Eventually.Until(
            () => process.Heard.All.Any(one => one.Message is AgentAnnounced { AgentType: "fraud-desk", Compensates: false }),
            TimeSpan.FromSeconds(30),
            "the announcement",
            TestContext.Current.CancellationToken
        );
    }

    [Fact]
    public async Task The_ballot_client_opens_answers_cancels_and_reports()
    {
        await using var process = await WorkerInstallation.StartAsync(Choose);
        var client = process.Get<BallotClient>();
        var token = TestContext.Current.CancellationToken;
        var request = new BallotRequest
        {
            Policy = "refund",
            Question = "Refund order 7?",
            Options = [BallotRequest.Option("refund", new { Order = 7, Cents = 4200 }), BallotRequest.Option("reject")],
            Subject = new { Order = 7 },
            SafeOption = "reject",
            Deadline = TimeSpan.FromMinutes(5),
            Tenant = "shop",
        };
        var ballotId = await client.OpenAsync(request, token);
        await client.AnswerAsync(ballotId, "refund", "ann", "seen the ledger", "shop", token);
        await client.CancelAsync(ballotId, "ann", tenant: "shop", cancellationToken: token);
        await client.ReportOutcomeAsync(ballotId, "reject", "audit", "shop", token);

        var (opened, envelope) = await process.HeardByBallotsAsync<OpenBallot>(ballotId);
        (opened.Policy, opened.DeadlineMs, opened.SafeOption).ShouldBe(("refund", 300_000L, "reject"));
        opened.Options[0].Arguments!.Value.GetRawText().ShouldBe("""{"order":7,"cents":4200}""");
        opened.Subject!.Value.GetRawText().ShouldBe("""{"order":7}""");
        (envelope.TransactionId, envelope.RunId, envelope.Tenant).ShouldBe((ballotId, null, "shop"));
        (await process.HeardByBallotsAsync<AnswerBallot>(ballotId)).Message.Option.ShouldBe("refund");
        await process.HeardByBallotsAsync<CancelBallot>(ballotId);
        (await process.HeardByBallotsAsync<ReportOutcome>(ballotId)).Message.Right.ShouldBe("reject");

        (await Should.ThrowAsync<ArgumentException>(client.OpenAsync(request with { SafeOption = "wait" }, token))).Message.ShouldContain(
            "safeOption"
        );
    }
}
