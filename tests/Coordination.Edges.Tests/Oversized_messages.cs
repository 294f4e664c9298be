using Coordination.Contracts;
using Coordination.Persistence;

namespace Coordination.Edges.Tests;

/// <summary>
/// M12: a broker does not say why it never confirms a message that is too large, so one row could stand at the head of the outbox for ever. The size is
/// refused where the message is made, and nothing is stored.
/// </summary>
[Trait("needs", "servers")]
public sealed class Oversized_messages
{
    private static readonly string Long = new('x', 300_000);

    [Fact]
    public async Task Are_refused_before_the_outbox_with_their_size_and_the_limit()
    {
        var (desk, _) = await Desk.OpenAsync();
        await using var closing = desk;
        var run = Guid.CreateVersion7();

        var refused = Should.Throw<ArgumentException>(() =>
            ContractOutgoing.To(Desk.Endpoint, Letters.Body(run) with { Note = Long }, desk.Get<EnvelopeFactory>().Root(run))
        );

        refused.Message.ShouldContain("300,0");
        refused.Message.ShouldContain("262,144");
        await NothingIsStored(desk);
    }

    /// <summary>Also a message that was not made from a contract: whatever enters the outbox is measured.</summary>
    [Fact]
    public async Task Made_by_hand_are_refused_when_they_are_sent()
    {
        var (desk, _) = await Desk.OpenAsync();
        await using var closing = desk;
        await using var unit = desk.Get<IUnitOfWorkFactory>().Create();

        var refused = Should.Throw<ArgumentException>(() =>
            unit.Send(desk.Message(Guid.CreateVersion7()) with { Body = new byte[1_048_577] })
        );

        refused.Message.ShouldContain("1,048,577");
        await unit.CommitAsync(TestContext.Current.CancellationToken);
        await NothingIsStored(desk);
    }

    [Fact]
    public async Task Of_a_handler_undo_its_work_and_are_parked_with_the_size()
    {
        var (desk, _) = await Desk.OpenAsync();
        await using var closing = desk;
        desk.Does(message =>
        {
            ContractOutgoing.To(Desk.Endpoint, message with { Note = Long }, desk.Get<EnvelopeFactory>().Root(message.RunId));
            return Task.CompletedTask;
        });

        await desk.AcceptAsync(desk.Message(Guid.CreateVersion7()));

        (await desk.OneParkedAsync()).Reason.ShouldBe(ReasonCode.NonRetryable);
        (await desk.EffectCountAsync()).ShouldBe(0);
        desk.Log.Lines.ShouldContain(line => line.Contains("262,144", StringComparison.Ordinal));
    }

    private static async Task NothingIsStored(Desk desk)
    {
        (await desk.QueryAsync("SELECT count(*)::int FROM coordination.outbox", row => row.GetInt32(0)))[0].ShouldBe(0);
        (await desk.ParkedAsync()).ShouldBeEmpty();
    }
}
