using System.Globalization;
using MassTransit;
using MassTransit.Context;

namespace Coordination.Persistence;

/// <summary>Turns what MassTransit is about to send into the bytes that are stored.</summary>
internal static class MessageCapture
{
    public static OutgoingMessage ToOutgoing<T>(this SendContext<T> context)
        where T : class
    {
        var body = context.Serializer.GetMessageBody(context).GetBytes();
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in context.Headers.GetAll())
        {
            if (Text(value) is { } text)
            {
                headers[key] = text;
            }
        }

        if (context.Delay > TimeSpan.Zero)
        {
            // MassTransit hands this back to the caller as the handle for cancelling.
            context.ScheduledMessageId ??= NewId.NextGuid();
        }

        return new OutgoingMessage
        {
            MessageId = context.MessageId ?? NewId.NextGuid(),
            Destination = context.DestinationAddress?.ToString() ?? throw new InvalidOperationException("The message has no destination."),
            MessageType = headers.GetValueOrDefault(Wire.ContractHeader) ?? string.Join(';', context.SupportedMessageTypes ?? []),
            ContentType = context.ContentType?.ToString() ?? Wire.ContentType.ToString(),
            Body = body,
            Headers = headers,
            CorrelationId = context.CorrelationId,
            ConversationId = context.ConversationId,
            InitiatorId = context.InitiatorId,
            RequestId = context.RequestId,
            SourceAddress = context.SourceAddress?.ToString(),
            ResponseAddress = context.ResponseAddress?.ToString(),
            FaultAddress = context.FaultAddress?.ToString(),
            GroupId = context.CorrelationId,
            // A published event nobody listens to is no error; a command without a queue is.
            Mandatory = context is not MessageSendContext<T> { IsPublish: true },
            Delay = context.Delay > TimeSpan.Zero ? context.Delay : null,
            Token = context.ScheduledMessageId,
        };
    }

    private static string? Text(object? value) =>
        value switch
        {
            null => null,
            string text => text,
            Uri uri => uri.ToString(),
            DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
            DateTimeOffset time => time.ToString("O", CultureInfo.InvariantCulture),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString(),
        };
}
