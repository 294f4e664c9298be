using System.Buffers.Text;

namespace Coordination.Bench.Load;

/// <summary>What each message carries: a key and 200 characters.</summary>
internal static class Payload
{
    public static string Text { get; } = string.Concat(Enumerable.Repeat("0123456789", 20));

    /// <summary>Finds <c>"key":"…"</c> at any depth, without reading the whole document.</summary>
    public static Guid FindKey(ReadOnlySpan<byte> body)
    {
        var name = body.IndexOf("\"key\""u8);
        var quote = name < 0 ? -1 : body[(name + 5)..].IndexOf((byte)'"');
        return quote >= 0 && Utf8Parser.TryParse(body[(name + 5 + quote + 1)..], out Guid key, out _)
            ? key
            : throw new FormatException("A follow-up message has no key.");
    }
}
