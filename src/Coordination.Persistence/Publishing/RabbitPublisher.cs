using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Coordination.Persistence;

/// <summary>
/// Publishes on one channel of its own connection, without waiting for one confirm before the next message: all that is under way shares the broker's
/// flushes. The client's own tracking is off, because it costs a task and a header per message; sequence numbers are kept here.
/// 1. A message waits in a queue; 2. its exchange is looked up once (a publish to one that is missing would close the channel and make the
/// outcome of all others unknown); 3. it is published, mandatory where it must arrive; 4. a confirm completes it, a return or a negative
/// confirm refuses it, a lost channel leaves its outcome unknown.
/// </summary>
internal sealed class RabbitPublisher
{
    private readonly Channel<Publishing> waiting = Channel.CreateUnbounded<Publishing>(new UnboundedChannelOptions { SingleReader = true });
    private readonly KnownExchanges exchanges;
    private readonly string? user;
    private volatile Session? session;

    public RabbitPublisher(string? user, TimeProvider clock)
    {
        this.user = user;
        exchanges = new KnownExchanges(clock);
    }

    /// <summary>Connected, and the broker takes messages (it does not while it has a memory or disk alarm).</summary>
    public bool IsReady => session is { IsBlocked: false };

    /// <summary>Completes with the confirm.</summary>
    /// <exception cref="UndeliverableException">The broker does not take the message.</exception>
    /// <exception cref="UnknownExchangeException">The exchange does not exist.</exception>
    /// <exception cref="BrokerLostException">No answer: it may have arrived or not.</exception>
    public Task PublishAsync(string exchange, OutgoingMessage message)
    {
        if (!IsReady)
        {
            return Task.FromException(new BrokerLostException());
        }

        var publishing = new Publishing(exchange, message);
        waiting.Writer.TryWrite(publishing);
        return publishing.Done;
    }

    /// <summary>Works on a connection until it is lost.</summary>
    public async Task RunAsync(IConnection connection, CancellationToken lost)
    {
        var options = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);
        await using var channel = await connection.CreateChannelAsync(options, lost).ConfigureAwait(false);
        var opened = new Session(channel);
        connection.ConnectionBlockedAsync += (_, _) => opened.Blocked(true);
        connection.ConnectionUnblockedAsync += (_, _) => opened.Blocked(false);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(lost);
        channel.ChannelShutdownAsync += (_, _) => over.CancelAsync();
        exchanges.Forget();
        session = opened;
        try
        {
            while (await waiting.Reader.WaitToReadAsync(over.Token).ConfigureAwait(false))
            {
                while (waiting.Reader.TryRead(out var publishing))
                {
                    if (!await exchanges.IsThereAsync(connection, publishing.Exchange, lost).ConfigureAwait(false))
                    {
                        publishing.Fail(new UnknownExchangeException(publishing.Exchange));
                        continue;
                    }

                    opened.Register(publishing);
                    Failpoint.Hit(Failpoints.RowClaimed);
                    await channel
                        .BasicPublishAsync(
                            publishing.Exchange,
                            routingKey: "",
                            publishing.Message.Mandatory,
                            Properties(publishing),
                            publishing.Message.Body,
                            lost
                        )
                        .ConfigureAwait(false);
                }
            }
        }
        finally
        {
            session = null;
            opened.End();
            while (waiting.Reader.TryRead(out var left))
            {
                left.Fail(new BrokerLostException());
            }
        }
    }

    private BasicProperties Properties(Publishing publishing)
    {
        var message = publishing.Message;
        var properties = new BasicProperties
        {
            Persistent = true,
            MessageId = message.MessageId.ToString(),
            ContentType = message.ContentType,
        };
        if (message.CorrelationId is { } correlation)
        {
            properties.CorrelationId = correlation.ToString();
        }

        // The broker closes the channel of whoever claims to be another: receivers can rely on it.
        if (user is not null)
        {
            properties.UserId = user;
        }

        if (message.Headers.Count > 0)
        {
            var headers = new Dictionary<string, object?>(message.Headers.Count, StringComparer.Ordinal);
            foreach (var (key, value) in message.Headers)
            {
                headers[key] = value;
            }

            properties.Headers = headers;
        }

        return properties;
    }

    /// <summary>One channel: what is under way on it.</summary>
    private sealed class Session
    {
        private readonly Lock gate = new();
        private readonly Queue<(ulong Sequence, Publishing Publishing)> unconfirmed = new();
        private ulong sequence;
        private bool ended;

        public Session(IChannel channel)
        {
            channel.BasicAcksAsync += (_, e) => Answered(e.DeliveryTag, e.Multiple, refusal: null);
            channel.BasicNacksAsync += (_, e) =>
                Answered(e.DeliveryTag, e.Multiple, "The broker refused the message; its queue may be full.");
            channel.BasicReturnAsync += (_, e) => Returned(e);
        }

        public bool IsBlocked { get; private set; }

        public Task Blocked(bool blocked)
        {
            IsBlocked = blocked;
            return Task.CompletedTask;
        }

        public void Register(Publishing publishing)
        {
            lock (gate)
            {
                unconfirmed.Enqueue((++sequence, publishing));
            }
        }

        public void End()
        {
            List<Publishing> left;
            lock (gate)
            {
                ended = true;
                left = [.. unconfirmed.Select(entry => entry.Publishing)];
                unconfirmed.Clear();
            }

            left.ForEach(publishing => publishing.Fail(new BrokerLostException()));
        }

        private Task Answered(ulong tag, bool multiple, string? refusal)
        {
            Failpoint.Hit(Failpoints.Published);
            var answered = new List<Publishing>();
            lock (gate)
            {
                if (ended)
                {
                    return Task.CompletedTask;
                }

                if (multiple || (unconfirmed.TryPeek(out var first) && first.Sequence == tag))
                {
                    while (unconfirmed.TryPeek(out var head) && head.Sequence <= tag)
                    {
                        answered.Add(unconfirmed.Dequeue().Publishing);
                    }
                }
                else
                {
                    // Out of order: quorum queues of several leaders answer each at its own pace. Left in the queue; answered twice does no harm.
                    foreach (var entry in unconfirmed)
                    {
                        if (entry.Sequence == tag)
                        {
                            answered.Add(entry.Publishing);
                            break;
                        }
                    }
                }
            }

            foreach (var publishing in answered)
            {
                publishing.Answer(refusal);
            }

            return Task.CompletedTask;
        }

        /// <summary>A return comes before the confirm of the same message.</summary>
        private Task Returned(BasicReturnEventArgs returned)
        {
            lock (gate)
            {
                foreach (var entry in unconfirmed)
                {
                    if (
                        !entry.Publishing.IsAnswered
                        && string.Equals(
                            entry.Publishing.Message.MessageId.ToString(),
                            returned.BasicProperties.MessageId,
                            StringComparison.Ordinal
                        )
                    )
                    {
                        entry.Publishing.Refusal = $"No queue is bound to exchange {returned.Exchange}.";
                        break;
                    }
                }
            }

            return Task.CompletedTask;
        }
    }

    private sealed class Publishing(string exchange, OutgoingMessage message)
    {
        private readonly TaskCompletionSource done = new();

        public string Exchange { get; } = exchange;

        public OutgoingMessage Message { get; } = message;

        public Task Done => done.Task;

        public bool IsAnswered => done.Task.IsCompleted;

        public string? Refusal { get; set; }

        public void Answer(string? refusal)
        {
            if ((Refusal ?? refusal) is { } reason)
            {
                done.TrySetException(new UndeliverableException(reason));
            }
            else
            {
                done.TrySetResult();
            }
        }

        public void Fail(Exception error) => done.TrySetException(error);
    }
}

/// <summary>The connection was lost, or never there: whether the message has arrived is not known.</summary>
public sealed class BrokerLostException() : Exception("The broker cannot be reached.");

/// <summary>Nobody has made the exchange yet.</summary>
internal sealed class UnknownExchangeException(string exchange) : Exception($"There is no exchange {exchange}.");
