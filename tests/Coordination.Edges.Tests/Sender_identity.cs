using Coordination.Contracts;
using Coordination.Testing;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Coordination.Edges.Tests;

/// <summary>M15: who sent a message is the property the broker has compared with the connection; headers that name a sender are free text.</summary>
[Trait("needs", "servers")]
public sealed class Sender_identity
{
    private const string Contract = "step.progress.v1";

    [Fact]
    public async Task A_user_id_of_somebody_else_is_refused_by_the_broker_and_runs_nothing()
    {
        var (desk, broker) = await Desk.OpenAsync();
        await using var _ = desk;
        await using var letters = await Letters.OpenAsync(broker);

        var refused = await Should.ThrowAsync<OperationInterruptedException>(() =>
            letters.PutAsync(Guid.CreateVersion7(), properties => properties.UserId = "somebody-else")
        );

        refused.ShutdownReason!.ReplyCode.ShouldBe((ushort)406);
        desk.Runs.ShouldBe(0);
    }

    [Fact]
    public async Task A_message_without_user_id_is_parked_where_one_is_required()
    {
        var (desk, broker) = await Desk.OpenAsync(c => c.Guard(guard => guard.RequireUserId = true));
        await using var _ = desk;
        await using var letters = await Letters.OpenAsync(broker);
        var run = Guid.CreateVersion7();

        await letters.PutAsync(Guid.CreateVersion7());
        await letters.PutAsync(run, properties => properties.UserId = UserOf(broker));

        (await desk.OneParkedAsync()).Reason.ShouldBe(ReasonCode.UnregisteredSender);
        await Eventually.Until(async () => await desk.EffectCountAsync() == 1, Desk.Soon, "the message with its user");
        desk.RunsOf(run).ShouldBe(1);
        desk.Runs.ShouldBe(1);
    }

    [Fact]
    public async Task A_user_that_may_not_send_the_contract_is_parked_without_a_run()
    {
        var (desk, broker) = await Desk.OpenAsync(c => c.Guard(guard => guard.UsersByContract[Contract] = ["refund-agent"]));
        await using var _ = desk;
        await using var letters = await Letters.OpenAsync(broker);

        await letters.PutAsync(Guid.CreateVersion7(), properties => properties.UserId = UserOf(broker));

        (await desk.OneParkedAsync()).Reason.ShouldBe(ReasonCode.SenderMismatch);
        desk.Runs.ShouldBe(0);
    }

    /// <summary>A name in the headers helps nobody: the map is about the verified user.</summary>
    [Fact]
    public async Task A_name_in_the_headers_is_no_identity()
    {
        var (desk, broker) = await Desk.OpenAsync(c => c.Guard(guard => guard.UsersByContract[Contract] = ["refund-agent"]));
        await using var _ = desk;
        await using var letters = await Letters.OpenAsync(broker);

        await letters.PutAsync(
            Guid.CreateVersion7(),
            properties =>
            {
                properties.Headers!["UserId"] = "refund-agent";
                properties.Headers["user-id"] = "refund-agent";
                properties.Headers["coord-sender-type"] = "refund-agent";
            }
        );

        (await desk.OneParkedAsync()).Reason.ShouldBe(ReasonCode.UnregisteredSender);
        desk.Runs.ShouldBe(0);
    }

    [Fact]
    public async Task What_the_product_sends_carries_its_user()
    {
        var (desk, broker) = await Desk.OpenAsync();
        await using var _ = desk;
        await using var letters = await Letters.OpenAsync(broker);
        await letters.DeclareAsync("edge-reader");
        await letters.BindAsync("edge-reader");

        await desk.AcceptAsync(desk.Message(Guid.CreateVersion7(), "edge-reader"));

        var properties = default(IReadOnlyBasicProperties);
        await Eventually.Until(
            async () => (properties = await letters.TakePropertiesAsync("edge-reader")) is not null,
            Desk.Soon,
            "the message in its queue"
        );
        properties!.UserId.ShouldBe(UserOf(broker));
    }

    private static string UserOf(Uri broker) => broker.UserInfo.Split(':')[0];
}
