using Coordination.Contracts;
using Coordination.Testing;

namespace Coordination.Edges.Tests;

/// <summary>M9: a broker takes a message for which there is no queue and drops it. Here the row stays, with its reason.</summary>
[Trait("needs", "servers")]
public sealed class Missing_queues
{
    private const string Later = "edge-later";

    [Fact]
    [Trait("req", "OBX-01")]
    public async Task Leave_the_row_pending_with_its_reason_until_there_is_one()
    {
        var (desk, broker) = await Desk.OpenAsync();
        await using var _ = desk;
        await using var letters = await Letters.OpenAsync(broker);
        var (waiting, neighbour) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        await desk.AcceptAsync(desk.Message(waiting, Later), desk.Message(neighbour));

        await Eventually.Until(async () => (await PendingAsync(desk)).Any(row => row.Attempts >= 2), Desk.Soon, "two refusals");
        var pending = (await PendingAsync(desk)).ShouldHaveSingleItem();
        pending.Endpoint.ShouldBe(Later);
        pending.Error.ShouldContain(Later);
        (await desk.EffectsAsync()).ShouldContainKeyAndValue(neighbour, 1);
        (await desk.ParkedAsync()).ShouldBeEmpty();

        await letters.DeclareAsync(Later);
        await letters.BindAsync(Later);

        await Eventually.Until(async () => await letters.CountAsync(Later) == 1, Desk.Soon, "the message in its queue");
        await Eventually.Until(async () => (await PendingAsync(desk)).Count == 0, Desk.Soon, "an empty outbox");
    }

    [Fact]
    public async Task That_never_come_get_the_message_parked_after_its_tries()
    {
        var (desk, _) = await Desk.OpenAsync(outbox: options =>
        {
            options.MaxAttempts = 3;
            options.RetryDelay = TimeSpan.FromMilliseconds(50);
        });
        await using var closing = desk;

        await desk.AcceptAsync(desk.Message(Guid.CreateVersion7(), Later));

        var parked = await desk.OneParkedAsync();
        parked.Direction.ShouldBe("out");
        parked.Reason.ShouldBe(ReasonCode.RetryBudgetExhausted);
        parked.Detail.ShouldContain(Later);
        (await PendingAsync(desk)).ShouldBeEmpty();
    }

    private static Task<IReadOnlyList<(string Endpoint, int Attempts, string Error)>> PendingAsync(Desk desk) =>
        desk.QueryAsync(
            "SELECT endpoint, attempts, coalesce(last_error, '') FROM coordination.outbox",
            row => (row.GetString(0), row.GetInt32(1), row.GetString(2))
        );
}
