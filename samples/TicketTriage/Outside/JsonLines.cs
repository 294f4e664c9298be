using System.Text.Json;

namespace TicketTriage.Outside;

/// <summary>Reads JSON lines that our own programs wrote.</summary>
public static class JsonLines
{
    /// <exception cref="InvalidDataException">A line is not a <typeparamref name="TLine"/>; names the file.</exception>
    public static IEnumerable<TLine> Read<TLine>(ReadOnlyMemory<byte> bytes, string path)
    {
        while (bytes.Length > 0)
        {
            var end = bytes.Span.IndexOf((byte)'\n');
            var line = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? default : bytes[(end + 1)..];
            if (!line.Span.Trim(" \t\r"u8).IsEmpty)
            {
                yield return Parse<TLine>(line, path);
            }
        }
    }

    private static TLine Parse<TLine>(ReadOnlyMemory<byte> line, string path)
    {
        try
        {
            return JsonSerializer.Deserialize<TLine>(line.Span, JsonSerializerOptions.Web) ?? throw new JsonException();
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path} holds a line this program did not write; move the file away to start anew.", fault);
        }
    }
}
