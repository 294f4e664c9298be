using MassTransit.RabbitMqTransport;
using MassTransit.Transports;
using RabbitMQ.Client;

namespace Coordination.Persistence;

/// <summary>A message that the broker delivered on a channel; the channel's intake acknowledges it or gives it back.</summary>
internal sealed class BrokerDelivery(RabbitIntake intake, string endpoint, ulong tag, bool redelivered) : Delivery(endpoint)
{
    public required string ConsumerTag { get; init; }

    public required string Exchange { get; init; }

    public required string RoutingKey { get; init; }

    public required IReadOnlyBasicProperties Properties { get; init; }

    /// <summary>A copy: the client's buffer is valid during its callback only.</summary>
    public required byte[] Body { get; init; }

    public ulong Tag { get; } = tag;

    public override bool IsCurrent => intake.IsOpen;

    public override Task Complete()
    {
        intake.Done(Tag);
        return Task.CompletedTask;
    }

    public override Task Faulted(Exception exception)
    {
        intake.Return(Tag);
        return Task.CompletedTask;
    }

    public override BaseReceiveContext Receive(ReceiveEndpointContext endpoint) =>
        new RabbitMqReceiveContext(
            Exchange,
            RoutingKey,
            ConsumerTag,
            Tag,
            Body,
            redelivered,
            Properties,
            (RabbitMqReceiveEndpointContext)endpoint,
            this
        );
}
