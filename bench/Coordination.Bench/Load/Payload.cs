using System.Buffers.Text;

namespace Coordination.Bench.Load;

/// <summary>What each message carries: a key and 200 characters.</summary>
internal static class Payload
{
    public static string Text { get; } = string.Concat(Enumerable.Repeat("0123456789", 20));

    /// <summary>Finds <c>"key":"…"</c> at any depth, without reading the whole document.</summary>
    public static Guid FindKey(ReadOnlySpan<byte> body) => FindGuid(body, "\"key\""u8);

    /// <param name="body">A JSON document.</param>
    /// <param name="quotedName">The member's name in quotes.</param>
    public static Guid FindGuid(ReadOnlySpan<byte> body, ReadOnlySpan<byte> quotedName)
    {
        var name = body.IndexOf(quotedName);
        var rest = name < 0 ? default : body[(name + quotedName.Length)..];
        return rest.IndexOf((byte)'"') is >= 0 and var quote && Utf8Parser.TryParse(rest[(quote + 1)..], out Guid key, out _)
            ? key
            : throw new FormatException("A follow-up message has no key.");
    }
}
