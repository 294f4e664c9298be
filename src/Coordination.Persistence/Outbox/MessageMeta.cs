using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coordination.Persistence;

/// <summary>The parts of a message nobody searches by, kept together as JSON in one column.</summary>
internal sealed record MessageMeta
{
    public IReadOnlyDictionary<string, string>? Headers { get; init; }
    public Guid? CorrelationId { get; init; }
    public Guid? ConversationId { get; init; }
    public Guid? InitiatorId { get; init; }
    public Guid? RequestId { get; init; }
    public string? SourceAddress { get; init; }
    public string? ResponseAddress { get; init; }
    public string? FaultAddress { get; init; }

    private static readonly MessageMeta Empty = new();

    public static string? Write(OutgoingMessage message)
    {
        var meta = new MessageMeta
        {
            Headers = message.Headers.Count > 0 ? message.Headers : null,
            CorrelationId = message.CorrelationId,
            ConversationId = message.ConversationId,
            InitiatorId = message.InitiatorId,
            RequestId = message.RequestId,
            SourceAddress = message.SourceAddress,
            ResponseAddress = message.ResponseAddress,
            FaultAddress = message.FaultAddress,
        };
        return meta == Empty ? null : JsonSerializer.Serialize(meta, MessageMetaJson.Default.MessageMeta);
    }

    public static MessageMeta Read(string? json) =>
        json is null ? Empty : JsonSerializer.Deserialize(json, MessageMetaJson.Default.MessageMeta) ?? Empty;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(MessageMeta))]
internal sealed partial class MessageMetaJson : JsonSerializerContext;
