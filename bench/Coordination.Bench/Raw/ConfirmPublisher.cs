using System.Collections.Concurrent;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Coordination.Bench.Raw;

/// <summary>
/// Publishes on one channel without waiting for each confirm: up to all outstanding messages share the broker's flushes. The
/// client's own tracking is off, because it costs a task and a header per message; the sequence numbers are kept here.
/// </summary>
internal sealed class ConfirmPublisher
{
    private readonly IChannel channel;
    private readonly Action<Outgoing> confirmed;
    private readonly Channel<Outgoing> waiting = Channel.CreateUnbounded<Outgoing>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<ulong, Outgoing> unconfirmed = new();
    private ulong firstUnconfirmed = 1;

    private ConfirmPublisher(IChannel channel, Action<Outgoing> confirmed)
    {
        this.channel = channel;
        this.confirmed = confirmed;
        channel.BasicAcksAsync += AckedAsync;
        channel.BasicNacksAsync += (_, e) => throw new InvalidOperationException($"The broker refused message {e.DeliveryTag}.");
        channel.BasicReturnAsync += (_, e) => throw new InvalidOperationException($"There is no queue {e.RoutingKey}.");
    }

    public static async Task<ConfirmPublisher> OpenAsync(IConnection connection, Action<Outgoing> confirmed, CancellationToken ct)
    {
        var options = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);
        return new ConfirmPublisher(await connection.CreateChannelAsync(options, ct), confirmed);
    }

    public void Publish(Outgoing message) => waiting.Writer.TryWrite(message);

    public async Task RunAsync(CancellationToken ct)
    {
        ulong sequence = 0;
        await foreach (var message in waiting.Reader.ReadAllAsync(ct))
        {
            unconfirmed[++sequence] = message;
            var properties = new BasicProperties { Persistent = true, MessageId = message.Id.ToString() };
            await channel.BasicPublishAsync(exchange: "", message.Queue, mandatory: true, properties, message.Body, ct);
        }
    }

    private Task AckedAsync(object sender, BasicAckEventArgs ack)
    {
        // Acks of one channel arrive one after the other, so the lower bound needs no lock.
        if (!ack.Multiple)
        {
            Confirm(ack.DeliveryTag);
            return Task.CompletedTask;
        }
        for (; firstUnconfirmed <= ack.DeliveryTag; firstUnconfirmed++)
            Confirm(firstUnconfirmed);
        return Task.CompletedTask;
    }

    private void Confirm(ulong sequence)
    {
        if (unconfirmed.TryRemove(sequence, out var message))
            confirmed(message);
    }
}
