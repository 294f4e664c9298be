namespace Coordination.Monitor.Tests.Timers;

public sealed class TimerWordsTests
{
    [Theory]
    [InlineData("deadline", null, "0", "deadline of the run")]
    [InlineData("window", null, "0", "end of the time for undoing")]
    [InlineData("stop", null, "0", "end of the time running steps have to stop")]
    [InlineData("timeout", "pay", "2", "timeout of attempt 2 of step pay")]
    [InlineData("retry", "pay", "2", "next attempt of step pay, after attempt 2")]
    [InlineData("question", "pay", "1", "end of the wait for an answer at step pay")]
    [InlineData("later", null, null, "timer later")]
    public void A_run_s_timer_says_what_it_is_for(string kind, string? step, string? attempt, string words) =>
        TimerWords.Of("run.timer-due.v1", kind, step, attempt).ShouldBe(words);

    [Fact]
    public void Another_timer_says_what_it_sends()
    {
        TimerWords.Of("ballot.timer-due.v1", "deadline", null, null).ShouldBe("end of the ballot's phase");
        TimerWords.Of("order.remind.v1", null, null, null).ShouldBe("sends order.remind.v1");
    }
}
