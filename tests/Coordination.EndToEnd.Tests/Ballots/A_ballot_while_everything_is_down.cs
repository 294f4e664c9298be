using Coordination.Sagas.Consensus;
using Coordination.Testing;

namespace Coordination.EndToEnd.Tests.Ballots;

/// <summary>Host, broker and database are away when a ballot's time is over.</summary>
[Trait("needs", "servers")]
public sealed class A_ballot_while_everything_is_down
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(4);

    [Fact]
    [Trait("req", "VOTE-05")]
    public async Task Closes_within_two_seconds_of_their_return_as_its_policy_says()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var rabbit = await TestServers.StartDedicatedRabbitAsync(ct);
        await using var postgres = await TestServers.StartDedicatedPostgresAsync(ct);
        var database = await postgres.NewDatabaseAsync(ct: ct);
        var refunds = BallotDesk.Refunds(policy => policy with { OnNoQuorum = Fallback.SafeOption });
        Guid ballot;
        await using (var before = await BallotDesk.OpenAsync(rabbit.Amqp, database, refunds))
        {
            ballot = await before.AskAsync(request => request with { Deadline = Deadline, SafeOption = "review" });
            await Eventually.Until(
                async () => await before.CountAsync("coord_v1_ballots", $"ballot_id = '{ballot}' AND status = 'voting'") == 1,
                BallotDesk.Soon,
                "the ballot to be open",
                ct
            );
        }

        var over = TimeProvider.System.GetUtcNow() + Deadline;
        await Task.WhenAll(rabbit.KillAsync(ct), postgres.KillAsync(ct));
        await Eventually.Until(() => TimeProvider.System.GetUtcNow() > over, BallotDesk.Soon, "its time to be over", ct);
        await Task.WhenAll(rabbit.StartAsync(ct), postgres.StartAsync(ct));
        await using var after = await BallotDesk.OpenAsync(rabbit.Amqp, database, refunds);
        var back = (await after.RowsAsync("SELECT clock_timestamp()", row => row.GetDateTime(0)))[0];

        (await after.DecisionAsync(ballot)).ShouldBe(("NO_QUORUM", "review", "safe-option"));
        var (ends, decided) = (
            await after.RowsAsync(
                $"SELECT opened_at, decided_at FROM coordination.coord_v1_ballots WHERE ballot_id = '{ballot}'",
                row => (row.GetDateTime(0) + Deadline, row.GetDateTime(1))
            )
        )[0];
        decided.ShouldBeGreaterThan(ends);
        (decided - back).ShouldBeLessThan(TimeSpan.FromSeconds(2));
        (await after.AuditAsync(ballot)).ShouldBeEmpty();
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"decided {(decided - ends).TotalSeconds:0.00} s after its time, {(decided - back).TotalSeconds:0.00} s after the host was back"
        );
    }
}
