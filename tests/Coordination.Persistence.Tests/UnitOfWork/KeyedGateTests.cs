namespace Coordination.Persistence.Tests.UnitOfWork;

/// <summary>One at a time has a row; the others wait in order.</summary>
public sealed class A_gate_of_rows
{
    private static readonly object Kind = new();
    private readonly KeyedGate gate = new();
    private readonly Guid id = Guid.NewGuid();

    [Fact]
    public async Task Whoever_gives_up_waiting_is_passed_over_and_never_holds_the_row()
    {
        using var patience = new CancellationTokenSource();
        await EnterAsync("first");
        var second = gate.EnterAsync(Kind, id, "second", patience.Token);
        var third = EnterAsync("third");

        await patience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(second);
        third.IsCompleted.ShouldBeFalse();
        gate.Exit(Kind, id, "first");

        third.IsCompletedSuccessfully.ShouldBeTrue();
        gate.Exit(Kind, id, "third");
        EnterAsync("fourth").IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task An_offered_row_goes_to_whoever_waits_and_the_one_who_offered_it_has_it_no_longer()
    {
        var left = new LeftRow("row", null);
        await EnterAsync("first");
        var second = EnterAsync("second");
        var third = EnterAsync("third");

        gate.Offer(Kind, id, "first", left);
        (await second).ShouldBe(left);
        gate.Exit(Kind, id, "first");

        third.IsCompleted.ShouldBeFalse();
        gate.Exit(Kind, id, "second");
        (await third).ShouldBeNull();
    }

    [Fact]
    public async Task An_offered_row_goes_to_the_next_who_comes_and_to_nobody_after_the_end()
    {
        var left = new LeftRow("row", null);
        await EnterAsync("first");
        gate.Offer(Kind, id, "first", left);
        (await EnterAsync("second")).ShouldBe(left);
        EnterAsync("third").IsCompleted.ShouldBeFalse();

        await gate.EnterAsync(Kind, Guid.Empty, "first");
        gate.Offer(Kind, Guid.Empty, "first", left);
        gate.Exit(Kind, Guid.Empty, "first");
        (await gate.EnterAsync(Kind, Guid.Empty, "second")).ShouldBeNull();
    }

    [Fact]
    public async Task What_is_left_at_the_end_goes_to_the_one_who_waits()
    {
        var left = new LeftRow("row", null);
        await EnterAsync("first");
        var second = EnterAsync("second");
        gate.Exit(Kind, id, "first", left);
        (await second).ShouldBe(left);
    }

    private Task<LeftRow?> EnterAsync(string owner) => gate.EnterAsync(Kind, id, owner);
}
