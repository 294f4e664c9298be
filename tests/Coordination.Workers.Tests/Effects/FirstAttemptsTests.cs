using Microsoft.Extensions.Time.Testing;

namespace Coordination.Workers.Tests.Effects;

/// <summary>First attempts a process has counted and not written down.</summary>
[Trait("req", "RTY-05")]
public sealed class First_attempts
{
    [Fact]
    public void Of_a_long_good_time_give_no_right_to_a_storm()
    {
        var time = new FakeTimeProvider();
        var firsts = new FirstAttempts(time);
        for (var i = 0; i < 1_000; i++)
        {
            firsts.Count("bank");
            time.Advance(TimeSpan.FromSeconds(1));
        }

        firsts.Take("bank").Sum(slot => slot.Count).ShouldBeLessThanOrEqualTo(60);
        firsts.Take("bank").ShouldBeEmpty();
    }

    [Fact]
    public void That_could_not_be_written_keep_their_time()
    {
        var time = new FakeTimeProvider();
        var firsts = new FirstAttempts(time);
        firsts.Count("bank");
        time.Advance(TimeSpan.FromSeconds(20));
        firsts.GiveBack("bank", firsts.Take("bank"));
        firsts.Take("bank").ShouldBe([(2, 1)]);
    }
}
