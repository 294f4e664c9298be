using System.Threading.Channels;
using RabbitMQ.Client;

namespace Coordination.Persistence;

/// <summary>
/// Publishes on one channel of its own connection, without waiting for one confirm before the next message: all that is under way shares the broker's
/// flushes. The client's own tracking is off, because it costs a task and a header per message; sequence numbers are kept here.
/// 1. A message waits in a queue; 2. its exchange is looked up once (a publish to one that is missing would close the channel and make the
/// outcome of all others unknown); 3. it is published, mandatory where it must arrive; 4. a confirm completes it, a return or a negative
/// confirm refuses it, a lost channel leaves its outcome unknown.
/// The broker closes the channel for a message it does not even look at (too large, not allowed) and does not say which one it was. What was under way then is
/// published one at a time until the guilty one is known.
/// </summary>
internal sealed class RabbitPublisher
{
    private readonly Channel<Publishing> waiting = Channel.CreateUnbounded<Publishing>(new UnboundedChannelOptions { SingleReader = true });
    private static readonly TimeSpan LongestAlone = TimeSpan.FromSeconds(5);
    private readonly HashSet<Guid> suspects = [];
    private readonly KnownExchanges exchanges;
    private readonly TimeProvider clock;
    private readonly string? user;
    private volatile PublishSession? session;

    public RabbitPublisher(string? user, TimeProvider clock)
    {
        this.user = user;
        this.clock = clock;
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
        var opened = new PublishSession(channel);
        connection.ConnectionBlockedAsync += (_, _) => opened.Blocked(true);
        connection.ConnectionUnblockedAsync += (_, _) => opened.Blocked(false);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(lost);
        channel.ChannelShutdownAsync += (_, _) => over.CancelAsync();
        exchanges.Forget();
        session = opened;
        var inHand = default(Publishing);
        try
        {
            while (await waiting.Reader.WaitToReadAsync(over.Token).ConfigureAwait(false))
            {
                while (waiting.Reader.TryRead(out var publishing))
                {
                    inHand = publishing;
                    if (await IsKnownAsync(connection, publishing, lost).ConfigureAwait(false))
                    {
                        await PublishAsync(channel, opened, publishing, over.Token).ConfigureAwait(false);
                    }
                }
            }
        }
        finally
        {
            session = null;
            var left = opened.End();
            if (connection.IsOpen && channel.CloseReason is { Initiator: ShutdownInitiator.Peer } reason)
            {
                Accuse(left, reason.ReplyText);
            }

            foreach (var publishing in left)
            {
                publishing.Fail(new BrokerLostException());
            }

            inHand?.Fail(new BrokerLostException());
            while (waiting.Reader.TryRead(out var publishing))
            {
                publishing.Fail(new BrokerLostException());
            }
        }
    }

    /// <summary>False when it has been told that there is no such exchange.</summary>
    private async Task<bool> IsKnownAsync(IConnection connection, Publishing publishing, CancellationToken lost)
    {
        try
        {
            if (await exchanges.IsThereAsync(connection, publishing.Exchange, lost).ConfigureAwait(false))
            {
                return true;
            }

            publishing.Fail(new UnknownExchangeException(publishing.Exchange));
        }
        catch (Exception error) when (connection.IsOpen && error is not (OperationCanceledException or OutOfMemoryException))
        {
            // No name for an exchange, or one that may not be asked for.
            publishing.Fail(new UndeliverableException(error.Message, error));
        }

        suspects.Remove(publishing.Message.MessageId);
        return false;
    }

    private async Task PublishAsync(IChannel channel, PublishSession opened, Publishing publishing, CancellationToken over)
    {
        var isSuspect = suspects.Contains(publishing.Message.MessageId);
        if (isSuspect)
        {
            await opened.EmptyAsync(LongestAlone, clock, over).ConfigureAwait(false);
        }

        opened.Register(publishing);
        Failpoint.Hit(Failpoints.RowClaimed);
        try
        {
            await channel
                .BasicPublishAsync(
                    publishing.Exchange,
                    routingKey: "",
                    publishing.Message.Mandatory,
                    Properties(publishing),
                    publishing.Message.Body,
                    over
                )
                .ConfigureAwait(false);
        }
        catch (Exception error) when (channel.IsOpen && error is not (OperationCanceledException or OutOfMemoryException))
        {
            // It cannot be put into a frame. The client has counted it or not: the numbers hold no longer, and the channel is made anew.
            publishing.Fail(new UndeliverableException(error.Message, error));
            throw;
        }

        if (isSuspect)
        {
            await opened.EmptyAsync(LongestAlone, clock, over).ConfigureAwait(false);
            if (publishing.IsAnswered)
            {
                suspects.Remove(publishing.Message.MessageId);
            }
        }
    }

    /// <summary>The broker has closed the channel because of one of these.</summary>
    private void Accuse(List<Publishing> left, string reason)
    {
        if (left.Count == 1)
        {
            left[0].Fail(new UndeliverableException($"The broker closes the channel for it: {reason}"));
        }

        foreach (var publishing in left)
        {
            suspects.Add(publishing.Message.MessageId);
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
}

/// <summary>The connection was lost, or never there: whether the message has arrived is not known.</summary>
public sealed class BrokerLostException() : Exception("The broker cannot be reached.");

/// <summary>Nobody has made the exchange yet.</summary>
internal sealed class UnknownExchangeException(string exchange) : Exception($"There is no exchange {exchange}.");
