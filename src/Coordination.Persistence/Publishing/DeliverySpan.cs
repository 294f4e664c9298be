using System.Diagnostics;
using Coordination.Contracts;

namespace Coordination.Persistence;

/// <summary>A message may have waited in the table: its trace goes on from where it was stored, with a span of its delivery.</summary>
internal static class DeliverySpan
{
    /// <summary>By this header MassTransit finds the span a received message belongs to.</summary>
    private const string ActivityHeader = "MT-Activity-Id";

    private static readonly ActivitySource Traces = new(PersistenceMetrics.Name);

    /// <summary>Null when nobody listens, or the message belongs to no trace.</summary>
    public static Activity? Start(OutgoingMessage message)
    {
        if (
            !Traces.HasListeners()
            || !message.Headers.TryGetValue(EnvelopeHeaders.TraceParent, out var parent)
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

    /// <summary>The message with headers that make its receiver's spans children of this one.</summary>
    public static OutgoingMessage Carry(this Activity? span, OutgoingMessage message) =>
        span?.Id is { } id
            ? message with
            {
                Headers = new Dictionary<string, string>(message.Headers, StringComparer.Ordinal)
                {
                    [EnvelopeHeaders.TraceParent] = id,
                    [ActivityHeader] = id,
                },
            }
            : message;
}
