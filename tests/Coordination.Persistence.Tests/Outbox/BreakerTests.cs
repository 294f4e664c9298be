using Microsoft.Extensions.Time.Testing;

namespace Coordination.Persistence.Tests.Outbox;

/// <summary>A destination that refuses is tried from time to time only.</summary>
public sealed class A_breaker
{
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public void Opens_after_three_failures_in_a_row_and_lets_one_probe_through_per_pause()
    {
        var breakers = new Breakers(clock, TimeSpan.FromSeconds(1));
        breakers.Failed("a").ShouldBeFalse();
        breakers.Failed("a").ShouldBeFalse();
        breakers.Wait("a").ShouldBeNull();
        breakers.Failed("a").ShouldBeTrue();

        breakers.Wait("a").ShouldBe(TimeSpan.FromSeconds(1));
        breakers.Wait("b").ShouldBeNull();
        clock.Advance(TimeSpan.FromSeconds(1));
        breakers.Wait("a").ShouldBeNull();
        breakers.Wait("a").ShouldNotBeNull();
    }

    [Fact]
    public void A_probe_that_fails_doubles_the_pause_up_to_half_a_minute()
    {
        var breakers = new Breakers(clock, TimeSpan.FromSeconds(1));
        var pauses = new List<TimeSpan>();
        for (var failure = 0; failure < 10; failure++)
        {
            breakers.Failed("a");
            if (breakers.Wait("a") is { } pause)
            {
                pauses.Add(pause);
            }
        }

        pauses.Select(pause => pause.TotalSeconds).ShouldBe([1, 2, 4, 8, 16, 30, 30, 30]);
    }

    [Fact]
    public void A_probe_that_succeeds_closes_it_and_forgets_the_failures()
    {
        var breakers = new Breakers(clock, TimeSpan.FromSeconds(1));
        for (var i = 0; i < 3; i++)
        {
            breakers.Failed("a");
        }

        breakers.Open.ShouldBe(["a"]);
        breakers.Succeeded("a");
        breakers.Wait("a").ShouldBeNull();
        breakers.Open.ShouldBeEmpty();
        breakers.Failed("a").ShouldBeFalse();
    }
}
