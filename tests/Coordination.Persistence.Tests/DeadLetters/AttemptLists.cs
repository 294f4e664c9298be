namespace Coordination.Persistence.Tests.DeadLetters;

[Trait("req", "RTY-17")]
public sealed class A_list_of_failed_attempts
{
    [Fact]
    public void Keeps_the_first_ten_and_the_last_ten_and_goes_on_counting()
    {
        IReadOnlyList<FailedAttempt> list = [];
        for (var i = 1; i <= 57; i++)
        {
            list = list.Then([Attempt(1)]);
            list.Count.ShouldBe(Math.Min(i, 20));
        }

        list.Select(attempt => attempt.Number).ShouldBe([.. Enumerable.Range(1, 10), .. Enumerable.Range(48, 10)]);
        AttemptList.Count(list).ShouldBe(57);
    }

    [Fact]
    public void Is_continued_by_a_delivery_that_has_left_some_out_itself()
    {
        var notes = new FailureNotes(TimeProvider.System);
        for (var i = 0; i < 30; i++)
        {
            notes.Add(new TimeoutException());
        }

        IReadOnlyList<FailedAttempt> delivery = [.. notes.Read(keepText: false).Select(fresh => Attempt(fresh.Number))];
        IReadOnlyList<FailedAttempt> earlier = [Attempt(1), Attempt(2)];

        earlier.Then(delivery).Select(attempt => attempt.Number).ShouldBe([.. Enumerable.Range(1, 10), .. Enumerable.Range(23, 10)]);
    }

    [Fact]
    public void Survives_being_written_and_read()
    {
        IReadOnlyList<FailedAttempt> list = [Attempt(1), Attempt(2) with { Error = "IOException", Text = "disk \"C\" \ud83d\ude00" }];

        AttemptList.Read(AttemptList.Write(list)).ShouldBe(list);
        AttemptList.Read(AttemptList.Write([])).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, "a [31m b")]
    public void Tells_what_a_handlers_exception_said_only_when_asked_and_never_steers_a_terminal(bool keep, string? text)
    {
        var failure = FailureNotes.Failure(1, new InvalidOperationException("a\u001b[31m\nb"), TimeSpan.Zero, keep);

        (failure.Error, failure.Text).ShouldBe((nameof(InvalidOperationException), text));
    }

    [Fact]
    public void Holds_no_long_text_and_cuts_no_character_in_two()
    {
        FailureNotes.Printable(new string('x', 5_000)).Length.ShouldBe(500);
        FailureNotes.Printable(new string('x', 499) + "\ud83d\ude00").ShouldBe(new string('x', 499));
    }

    private static FailedAttempt Attempt(int number) =>
        new()
        {
            Number = number,
            At = DateTimeOffset.UnixEpoch,
            Code = "X",
        };
}
