using Coordination.Testing;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.EndToEnd.Tests.Ballots;

/// <summary>
/// The case the whole rule of dissent is for: fraud is suspected, two agents of one family want to pay, the expert for fraud does not. By heads and by weight there
/// is a majority for paying.
/// </summary>
[Trait("needs", "servers")]
public sealed class The_refund_case
{
    private const int Ballots = 1_000;

    private sealed class Refunder : IVoter
    {
        public Task<VoteAnswer> VoteAsync(VoteQuestion question, AgentContext context, CancellationToken cancellationToken) =>
            Task.FromResult(VoteAnswer.For("refund", confidence: 0.95, rationale: "the customer is angry"));
    }

    private sealed class FraudDesk : IVoter
    {
        public Task<VoteAnswer> VoteAsync(VoteQuestion question, AgentContext context, CancellationToken cancellationToken) =>
            Task.FromResult(VoteAnswer.For("review", confidence: 0.7, rationale: "the card was stolen", evidence: ["case/4711"]));
    }

    [Fact]
    [Trait("req", "VOTE-07")]
    [Trait("req", "VOTE-17")]
    public async Task Is_never_paid_without_a_person_in_a_thousand_ballots()
    {
        var ct = TestContext.Current.CancellationToken;
        var broker = await (await TestServers.Rabbit(ct)).NewVirtualHostAsync(ct);
        var database = await (await TestServers.Postgres(ct)).NewDatabaseAsync(ct: ct);
        await using var desk = await BallotDesk.OpenAsync(
            broker,
            database,
            BallotDesk.Refunds(),
            builder =>
            {
                builder.Services.AddVoter<Refunder>("refund-a", voter => voter.Inline = true);
                builder.Services.AddVoter<Refunder>("refund-b", voter => voter.Inline = true);
                builder.Services.AddVoter<FraudDesk>("fraud-desk", voter => voter.Inline = true);
            }
        );

        await Parallel.ForAsync(0, Ballots, ct, async (_, _) => await desk.AskAsync(ballot => ballot with { Flags = ["fraud"] }));
        await Eventually.Until(
            async () => await desk.CountAsync("coord_v1_ballots", "status <> 'voting'") == Ballots,
            TimeSpan.FromMinutes(4),
            "all voters to be heard",
            ct
        );

        (await desk.CountAsync("coord_v1_decisions")).ShouldBe(0);
        (await desk.CountAsync("coord_v1_ballots", "status = 'people' AND outcome = 'DISSENT_ESCALATED' AND option IS NULL")).ShouldBe(
            Ballots
        );
        // What the person has before them.
        (
            await desk.CountAsync(
                "coord_v1_ballot_record",
                "kind = 'vote' AND line LIKE '%the card was stolen%' AND line LIKE '%case/4711%'"
            )
        ).ShouldBe(Ballots);
        (await desk.CountAsync("coord_v1_ballot_record", "kind = 'vote' AND line LIKE '%Counted%'")).ShouldBe(3 * Ballots);

        // The voters have no second word, and a person's is taken once.
        var open = await desk.RowsAsync("SELECT ballot_id FROM coordination.coord_v1_ballots", row => row.GetGuid(0));
        await Parallel.ForEachAsync(
            open,
            ct,
            async (ballot, token) =>
            {
                await desk.Client.AnswerAsync(ballot, "refund", "fraud-desk", cancellationToken: token);
                await desk.Client.AnswerAsync(ballot, "review", "ada", cancellationToken: token);
                await desk.Client.AnswerAsync(ballot, "review", "bob", cancellationToken: token);
            }
        );
        await Eventually.Until(
            async () => await desk.CountAsync("coord_v1_ballot_record", "kind = 'answer'") == 3 * Ballots,
            TimeSpan.FromMinutes(4),
            "all answers to be recorded",
            ct
        );
        (
            await desk.CountAsync("coord_v1_decisions", "option = 'review' AND decided_by = 'people' AND outcome = 'DISSENT_ESCALATED'")
        ).ShouldBe(Ballots);
        (await desk.CountAsync("coord_v1_decisions")).ShouldBe(Ballots);
        foreach (var ballot in open.Take(20))
        {
            (await desk.AuditAsync(ballot)).ShouldBeEmpty();
        }
    }
}
