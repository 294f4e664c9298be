using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Coordination.Bench.Raw;

/// <summary>One consumer of one quorum queue on a channel of its own; what arrives waits here until a lane takes it.</summary>
internal sealed class Intake
{
    private readonly Channel<Incoming> arrived = Channel.CreateUnbounded<Incoming>(new UnboundedChannelOptions { SingleWriter = true });
    private readonly AckWindow acks;

    private Intake(IChannel channel) => acks = new AckWindow(channel);

    public ChannelReader<Incoming> Arrived => arrived.Reader;

    public static async Task<Intake> OpenAsync(IConnection connection, string queue, ushort prefetch, CancellationToken ct)
    {
        var opened = await connection.CreateChannelAsync(cancellationToken: ct);
        await Queues.DeclareAsync(opened, queue, ct);
        await opened.BasicQosAsync(0, prefetch, global: false, ct);
        var intake = new Intake(opened);
        var consumer = new AsyncEventingBasicConsumer(opened);
        consumer.ReceivedAsync += intake.ReceiveAsync;
        await opened.BasicConsumeAsync(queue, autoAck: false, consumer, ct);
        return intake;
    }

    /// <summary>The message is done: it is acknowledged soon.</summary>
    public void Handled(ulong deliveryTag) => acks.Handled(deliveryTag);

    public Task AcknowledgeAsync(CancellationToken ct) => acks.RunAsync(ct);

    private Task ReceiveAsync(object sender, BasicDeliverEventArgs delivery)
    {
        arrived.Writer.TryWrite(Incoming.Read(delivery.DeliveryTag, delivery.BasicProperties.MessageId!, delivery.Body.Span));
        return Task.CompletedTask;
    }
}
