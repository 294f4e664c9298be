using System.Threading.Channels;
using RabbitMQ.Client;

namespace Coordination.Persistence;

/// <summary>
/// One endpoint's queue on one channel: what is delivered goes to the endpoint, what is done is acknowledged, many with one frame. It lives and ends with its
/// channel, so an acknowledgement can never meet a later channel, whose tags mean other messages.
/// </summary>
internal sealed class RabbitIntake : AsyncDefaultBasicConsumer
{
    private readonly LocalEndpoint endpoint;
    private readonly Lock gate = new();
    private readonly AckWindow window;
    private readonly Channel<ulong?> signals = System.Threading.Channels.Channel.CreateUnbounded<ulong?>(
        new UnboundedChannelOptions { SingleReader = true }
    );
    private volatile bool open = true;
    private volatile bool cancelled;

    private RabbitIntake(IChannel channel, LocalEndpoint endpoint)
        : base(channel)
    {
        this.endpoint = endpoint;
        window = new AckWindow(Math.Max(1, endpoint.Prefetch / 2));
    }

    /// <summary>The channel is open: what it delivered can be acknowledged.</summary>
    public bool IsOpen => open && Channel.IsOpen;

    /// <summary>The broker ended the subscription, for example because the queue was deleted.</summary>
    public bool IsCancelled => cancelled;

    /// <summary>Deliveries not settled with the broker.</summary>
    public int Unsettled
    {
        get
        {
            lock (gate)
            {
                return window.Count;
            }
        }
    }

    /// <summary>Begins to consume.</summary>
    public static async Task<RabbitIntake> StartAsync(IChannel channel, LocalEndpoint endpoint, CancellationToken cancellationToken)
    {
        var intake = new RabbitIntake(channel, endpoint);
        await channel.BasicQosAsync(0, (ushort)Math.Min(endpoint.Prefetch, ushort.MaxValue), global: false, cancellationToken);
        await channel.BasicConsumeAsync(endpoint.Name, autoAck: false, intake, cancellationToken);
        return intake;
    }

    /// <summary>Ends the subscription; what is here already goes on.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (IsOpen && ConsumerTags.Length > 0)
        {
            await Channel.BasicCancelAsync(ConsumerTags[0], cancellationToken: cancellationToken);
        }
    }

    public void Done(ulong tag)
    {
        lock (gate)
        {
            window.Done(tag);
        }

        signals.Writer.TryWrite(null);
    }

    public void Return(ulong tag) => signals.Writer.TryWrite(tag);

    /// <summary>Sends acknowledgements until the channel ends.</summary>
    public async Task AcknowledgeAsync(CancellationToken cancellationToken)
    {
        var returned = new List<ulong>();
        while (await signals.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (signals.Reader.TryRead(out var signal))
            {
                if (signal is { } tag)
                {
                    returned.Add(tag);
                }
            }

            foreach (var tag in returned)
            {
                await Channel.BasicNackAsync(tag, multiple: false, requeue: true, cancellationToken).ConfigureAwait(false);
                lock (gate)
                {
                    window.Returned(tag);
                }
            }

            returned.Clear();
            IReadOnlyList<Ack> acks;
            lock (gate)
            {
                acks = window.Take();
            }

            foreach (var ack in acks)
            {
                await Channel.BasicAckAsync(ack.Tag, ack.AndAllBefore, cancellationToken).ConfigureAwait(false);
            }

            if (acks.Count > 0)
            {
                Failpoint.Hit(Failpoints.Acknowledged);
            }
        }
    }

    /// <summary>The channel is gone; the broker delivers again what was not acknowledged.</summary>
    public void Close()
    {
        open = false;
        signals.Writer.TryComplete();
    }

    public override Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default
    )
    {
        lock (gate)
        {
            window.Arrived(deliveryTag);
        }

        endpoint.Arrive(
            new BrokerDelivery(this, endpoint.Name, deliveryTag, redelivered)
            {
                ConsumerTag = consumerTag,
                Exchange = exchange,
                RoutingKey = routingKey,
                Properties = properties,
                Body = body.ToArray(),
                CameBefore = redelivered || properties.Headers?.ContainsKey(Wire.SentAgainHeader) == true,
            }
        );
        return Task.CompletedTask;
    }

    public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        cancelled = true;
        return base.HandleBasicCancelAsync(consumerTag, cancellationToken);
    }
}
