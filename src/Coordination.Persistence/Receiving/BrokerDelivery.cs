using MassTransit.RabbitMqTransport;
using MassTransit.Transports;
using RabbitMQ.Client;

namespace Coordination.Persistence;

/// <summary>A message that the broker delivered on a channel; the channel's intake acknowledges it or gives it back.</summary>
internal sealed class BrokerDelivery(RabbitIntake intake, string endpoint, ulong tag, bool redelivered) : Delivery(endpoint)
{
    private int over;

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
        if (IsFirst())
        {
            intake.Done(Tag);
        }

        return Task.CompletedTask;
    }

    public override Task Faulted(Exception exception)
    {
        if (IsFirst())
        {
            intake.Return(Tag);
        }

        return Task.CompletedTask;
    }

    /// <summary>An observer may fail after the message was completed. A second answer to one tag closes the channel.</summary>
    private bool IsFirst() => Interlocked.Exchange(ref over, 1) == 0;

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
