using Coordination.Sagas.Consensus;

namespace Coordination.Sagas.Tests.Consensus;

/// <summary>A timer is a message, and anybody may send one: the clock says whether it is time.</summary>
public sealed class BallotTimerTests
{
    [Fact]
    [Trait("req", "VOTE-05")]
    public void A_timer_before_its_time_ends_nothing_and_is_set_again()
    {
        var ballot = BallotScript.Of(3).Vote("v0", "refund").Wait(TimeSpan.FromSeconds(30));
        var before = ballot.State;

        ballot.Fire(phase: 1);

        ballot.State.ShouldBe(before);
        ballot.Last.ShouldBe([new BallotAction.WaitOn()]);
        ballot.Refusal.ShouldNotBeNull();
        ballot.Fire().State.Status.ShouldBe(BallotStatus.People);
    }

    [Fact]
    [Trait("req", "VOTE-06")]
    public void Nor_does_it_end_the_time_of_people()
    {
        var ballot = BallotScript.Of(3).Fire().Wait(TimeSpan.FromHours(1));

        ballot.Fire(ballot.State.Phase).Decided.ShouldBe("open");
    }

    [Fact]
    public void One_that_is_early_by_what_clocks_differ_is_on_time()
    {
        var ballot = BallotScript.Of(3).Wait(TimeSpan.FromSeconds(59));

        ballot.Fire(phase: 1).State.Status.ShouldBe(BallotStatus.People);
    }

    [Fact]
    public void One_of_a_phase_that_is_over_is_not_set_again()
    {
        var ballot = BallotScript.Of(3).Fire();

        ballot.Fire(phase: 1).Last.ShouldBeEmpty();
    }
}
