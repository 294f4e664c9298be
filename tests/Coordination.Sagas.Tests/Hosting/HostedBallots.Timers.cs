using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Sagas.Consensus;

namespace Coordination.Sagas.Tests.Hosting;

// A timer's message that anybody could have sent.
public abstract partial class HostedBallots
{
    [Fact]
    [Trait("req", "VOTE-05")]
    [Trait("req", "VOTE-19")]
    public async Task A_timer_before_its_time_is_set_again_and_the_ballot_ends_when_it_should()
    {
        await using var host = await StartAsync(Refunds(p => p with { OnNoQuorum = Fallback.SafeOption }));
        host.Voters.Answer = _ => null;
        var ballot = await host.OpenAsync(Ballot() with { DeadlineMs = 6_000, SafeOption = "review" });
        await host.UntilAsync(ballot, "voting");
        // The ballot's own timer is gone, as it is when it fires: nothing but the one that is set again can end the ballot.
        await ForgetTimersAsync(host, ballot);

        await host.SendAsync(
            ballot,
            new BallotTimerDue
            {
                BallotId = ballot,
                Kind = "deadline",
                Round = 1,
            }
        );

        var end = await host.UntilAsync(ballot, "decided");
        end.DecidedBy.ShouldBe("safe-option");
        (end.DecidedAt!.Value - end.OpenedAt).ShouldBeGreaterThan(TimeSpan.FromSeconds(5));
        (await host.AuditAsync(ballot)).ShouldBeEmpty();
    }

    private static async Task ForgetTimersAsync(BallotHost host, Guid ballot)
    {
        await using var work = host.Units.Create();
        work.Execute(
            new Statement(
                $"DELETE FROM {host.Units.Dialect.Table("outbox")} WHERE group_id = @ballot AND token IS NOT NULL",
                ("ballot", ballot, ColumnKind.Uuid)
            )
        );
        await work.CommitAsync();
    }
}
