using System.Buffers;
using System.Text.Json;

namespace Coordination.Bench.Raw;

/// <summary>A message that leaves after the commit; its id is the outbox row's key, too.</summary>
internal sealed record Outgoing(Guid Id, string Queue, byte[] Body)
{
    /// <summary>Ids that grow with time, so that new rows go to the end of the index.</summary>
    public static Outgoing Make(string queue, Guid key, int step, string text) => new(Guid.CreateVersion7(), queue, Write(key, step, text));

    public static byte[] Write(Guid key, int step, string text)
    {
        var buffer = new ArrayBufferWriter<byte>(text.Length + 96);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteString("key"u8, key);
        writer.WriteNumber("step"u8, step);
        writer.WriteString("text"u8, text);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
