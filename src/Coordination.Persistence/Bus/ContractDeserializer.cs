using System.Diagnostics.CodeAnalysis;
using System.Net.Mime;
using Coordination.Contracts;
using MassTransit;
using MassTransit.Serialization;

namespace Coordination.Persistence;

/// <summary>Hands the message that the guard has read and checked to MassTransit; nothing is parsed twice.</summary>
internal sealed class ContractDeserializer : ISerializerFactory, IMessageDeserializer
{
    public ContentType ContentType => Wire.ContentType;

    public IMessageSerializer CreateSerializer() => throw new NotSupportedException("Contracts are sent with ContractOutgoing.");

    public IMessageDeserializer CreateDeserializer() => this;

    public ConsumeContext Deserialize(ReceiveContext receiveContext)
    {
        if (!receiveContext.TryGetPayload<ContractReading>(out var reading) || reading.Message is null)
        {
            throw new System.Runtime.Serialization.SerializationException("The message did not pass the guard of a Coordination endpoint.");
        }

        return new BodyConsumeContext(receiveContext, new ContractContext(reading, receiveContext));
    }

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null) =>
        throw new NotSupportedException("Contracts are read by the guard.");

    public MessageBody GetMessageBody(string text) => new StringMessageBody(text);

    public void Probe(ProbeContext context) => context.CreateScope("contracts");

    private sealed class ContractContext(ContractReading reading, ReceiveContext context)
        : BaseSerializerContext(
            SystemTextJsonMessageSerializer.Instance,
            new TrustedContext(new RawMessageContext(context.TransportHeaders, context.InputAddress, RawSerializerOptions.CopyHeaders)),
            [MessageUrn.ForTypeString(reading.Message!.GetType())]
        )
    {
        public override bool TryGetMessage<T>([NotNullWhen(true)] out T? message)
            where T : class
        {
            message = reading.Message as T;
            return message is not null;
        }

        public override bool TryGetMessage(Type messageType, [NotNullWhen(true)] out object? message)
        {
            message = messageType.IsInstanceOfType(reading.Message) ? reading.Message : null;
            return message is not null;
        }

        public override IMessageSerializer GetMessageSerializer() => new CopyBodySerializer(Wire.ContentType, context.Body);

        public override IMessageSerializer GetMessageSerializer<T>(MessageEnvelope envelope, T message) => GetMessageSerializer();

        public override IMessageSerializer GetMessageSerializer(object message, string[] messageTypes) => GetMessageSerializer();

        public override Dictionary<string, object> ToDictionary<T>(T? message)
            where T : class => SystemTextJsonMessageSerializer.Instance.DeserializeObject<Dictionary<string, object>>(message) ?? [];
    }

    /// <summary>
    /// Drops the reply and fault addresses a sender may have put into the headers: nobody answers to an address chosen by a stranger.
    /// </summary>
    private sealed class TrustedContext(MessageContext inner) : MessageContext
    {
        public Guid? MessageId => inner.MessageId;
        public Guid? RequestId => inner.RequestId;
        public Guid? CorrelationId => inner.CorrelationId;
        public Guid? ConversationId => inner.ConversationId;
        public Guid? InitiatorId => inner.InitiatorId;
        public DateTime? ExpirationTime => inner.ExpirationTime;
        public Uri? SourceAddress => null;
        public Uri? DestinationAddress => inner.DestinationAddress;
        public Uri? ResponseAddress => null;
        public Uri? FaultAddress => null;
        public DateTime? SentTime => inner.SentTime;
        public Headers Headers => inner.Headers;
        public HostInfo Host => inner.Host;
    }
}
