using System.Diagnostics;
using System.Net.Mime;
using Coordination.Contracts;
using MassTransit;
using MassTransit.Context;
using MassTransit.Serialization;
using BrokerRefusal = RabbitMQ.Client.Exceptions.PublishException;

namespace Coordination.Persistence;

/// <summary>Sends stored bytes through the bus as they are: every transport works, nothing is parsed again.</summary>
internal sealed class BusSender(IBusControl bus, bool embedded) : IOutboxSender
{
    private static readonly ActivitySource Traces = new(PersistenceMetrics.Name);
    private readonly StoredMessage stored = new();

    public bool IsReady => bus.CheckHealth().Status == BusHealthStatus.Healthy;

    public async Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        // The message may have waited in the table: its trace goes on from where it was stored.
        using var span = Continue(message);
        try
        {
            var endpoint = await bus.GetSendEndpoint(new Uri(message.Destination)).ConfigureAwait(false);
            await endpoint.Send(stored, new StoredMessagePipe(message, embedded), cancellationToken).ConfigureAwait(false);
        }
        catch (MessageReturnedException e)
        {
            throw new UndeliverableException($"No queue is bound to {message.Destination}.", e);
        }
        catch (Exception e) when (e is BrokerRefusal || e.InnerException is BrokerRefusal)
        {
            throw new UndeliverableException($"The broker refused the message for {message.Destination}; its queue may be full.", e);
        }
    }

    private static Activity? Continue(OutgoingMessage message)
    {
        if (
            !message.Headers.TryGetValue(EnvelopeHeaders.TraceParent, out var parent)
            || !ActivityContext.TryParse(parent, null, isRemote: true, out var context)
        )
        {
            return null;
        }

        var span = Traces.StartActivity("deliver " + message.MessageType, ActivityKind.Producer, context);
        span?.SetTag("messaging.message.id", message.MessageId);
        span?.SetTag("messaging.destination.name", message.Destination);
        span?.SetTag("coordination.group.id", message.GroupId);
        return span;
    }

    /// <summary>Stands for any stored message; only the bytes travel.</summary>
    private sealed class StoredMessage;

    private sealed class StoredMessagePipe(OutgoingMessage message, bool embedded) : IPipe<SendContext<StoredMessage>>
    {
        public Task Send(SendContext<StoredMessage> context)
        {
            context.Serializer = new CopyBodySerializer(new ContentType(message.ContentType), new StoredBody(message.Body));
            context.MessageId = message.MessageId;
            context.CorrelationId = message.CorrelationId;
            context.ConversationId = message.ConversationId;
            context.InitiatorId = message.InitiatorId;
            context.RequestId = message.RequestId;
            context.SourceAddress = Address(message.SourceAddress);
            context.ResponseAddress = Address(message.ResponseAddress);
            context.FaultAddress = Address(message.FaultAddress);
            foreach (var (key, value) in message.Headers)
            {
                context.Headers.Set(key, value);
            }

            if (context is TransportSendContext transport)
            {
                // The in-memory transport has no bindings to check.
                transport.Mandatory = message.Mandatory && !embedded;
            }

            return Task.CompletedTask;
        }

        public void Probe(ProbeContext context) { }

        private static Uri? Address(string? address) => address is null ? null : new Uri(address);
    }

    private sealed class StoredBody(byte[] bytes) : MessageBody
    {
        public long? Length => bytes.Length;

        public Stream GetStream() => new MemoryStream(bytes, writable: false);

        public byte[] GetBytes() => bytes;

        public string GetString() => System.Text.Encoding.UTF8.GetString(bytes);
    }
}
