using System.Text.Json;

namespace Coordination.Bench.Raw;

/// <summary>A delivery, read while the client's buffer was still valid.</summary>
internal readonly record struct Incoming(ulong DeliveryTag, Guid MessageId, Guid Key, int Step, string Text)
{
    public static Incoming Read(ulong deliveryTag, string messageId, ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        Guid key = default;
        var step = 0;
        var text = "";
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            if (reader.ValueTextEquals("key"u8) && reader.Read())
                key = reader.GetGuid();
            else if (reader.ValueTextEquals("step"u8) && reader.Read())
                step = reader.GetInt32();
            else if (reader.ValueTextEquals("text"u8) && reader.Read())
                text = reader.GetString()!;
        }
        return new Incoming(deliveryTag, Guid.Parse(messageId), key, step, text);
    }
}
