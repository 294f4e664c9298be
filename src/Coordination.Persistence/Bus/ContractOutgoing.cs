using Coordination.Contracts;

namespace Coordination.Persistence;

/// <summary>Makes outgoing messages of contracts: body as plain JSON, envelope as headers.</summary>
public static class ContractOutgoing
{
    /// <summary>A command or reply for one endpoint, for example <c>agent-refund</c>. The broker must be able to route it.</summary>
    /// <exception cref="ArgumentException">The message is no contract or is larger than 256 KB.</exception>
    public static OutgoingMessage To(string endpoint, object message, Envelope envelope) =>
        Make(Wire.Address(endpoint), message, envelope, mandatory: true);

    /// <summary>An event for whoever listens.</summary>
    /// <exception cref="ArgumentException">The message is no contract or is larger than 256 KB.</exception>
    public static OutgoingMessage Publish(object message, Envelope envelope)
    {
        var contract = ContractCatalog.For(message.GetType());
        return Make(Wire.Address(Wire.EventExchange(contract.Name, contract.Major)), message, envelope, mandatory: false);
    }

    private static OutgoingMessage Make(string address, object message, Envelope envelope, bool mandatory)
    {
        var contract = ContractCatalog.For(message.GetType());
        var body = ContractJson.Serialize(message, contract.Type);
        var limit = ContractLimits.Default.MaxBodyBytes;
        if (body.Length > limit)
        {
            throw new ArgumentException(
                $"{contract.Id} is {body.Length:N0} bytes; {limit:N0} are allowed. Store the content elsewhere and send a reference.",
                nameof(message)
            );
        }

        return new OutgoingMessage
        {
            MessageId = envelope.MessageId,
            Destination = address,
            MessageType = contract.Id,
            ContentType = Wire.ContentType.ToString(),
            Body = body,
            Headers = EnvelopeHeaders.Write(envelope, contract),
            CorrelationId = envelope.RunId,
            ConversationId = envelope.ConversationId,
            InitiatorId = envelope.CausationId,
            GroupId = envelope.RunId,
            Mandatory = mandatory,
        };
    }
}
