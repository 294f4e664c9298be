namespace Coordination.Persistence.Tests.UnitOfWork;

/// <summary>One at a time has a row; the others wait in order.</summary>
public sealed class A_gate_of_rows
{
    private static readonly object Kind = new();

    [Fact]
    public async Task Whoever_gives_up_waiting_is_passed_over_and_never_holds_the_row()
    {
        var gate = new KeyedGate();
        var id = Guid.NewGuid();
        using var patience = new CancellationTokenSource();
        await gate.EnterAsync(Kind, id, CancellationToken.None);
        var second = gate.EnterAsync(Kind, id, patience.Token);
        var third = gate.EnterAsync(Kind, id, CancellationToken.None);

        await patience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(second);
        third.IsCompleted.ShouldBeFalse();
        gate.Exit(Kind, id);

        third.IsCompletedSuccessfully.ShouldBeTrue();
        gate.Exit(Kind, id);
        gate.EnterAsync(Kind, id, CancellationToken.None).IsCompletedSuccessfully.ShouldBeTrue();
    }
}
