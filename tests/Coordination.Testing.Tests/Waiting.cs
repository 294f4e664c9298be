namespace Coordination.Testing.Tests;

public sealed class Waiting
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ends_as_soon_as_the_condition_holds()
    {
        var asked = 0;

        await Eventually.Until(() => ++asked == 3, TimeSpan.FromSeconds(10), "the third question", Ct);

        asked.ShouldBe(3);
    }

    [Fact]
    public async Task Names_what_was_waited_for_and_the_last_error_when_time_runs_out()
    {
        var failure = await Should.ThrowAsync<TimeoutException>(() =>
            Eventually.Until(NoTable, TimeSpan.FromMilliseconds(60), "the order to be paid", Ct)
        );

        failure.Message.ShouldContain("for the order to be paid");
        failure.Message.ShouldContain("no such table");
    }

    private static bool NoTable() => throw new InvalidOperationException("no such table");
}
