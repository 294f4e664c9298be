using System.Net.Mime;
using MassTransit;
using MassTransit.Context;
using MassTransit.Serialization;
using BrokerRefusal = RabbitMQ.Client.Exceptions.PublishException;

namespace Coordination.Persistence;

/// <summary>Sends stored bytes through the bus as they are: every transport works, nothing is parsed again.</summary>
internal sealed class BusSender(IBusControl bus, bool embedded)
{
    private readonly StoredMessage stored = new();

    public bool IsReady => bus.CheckHealth().Status == BusHealthStatus.Healthy;

    public async Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
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
}
