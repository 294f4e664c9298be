using System.Buffers.Text;
using System.Text.Json;

namespace Coordination.Monitor;

/// <summary>Where a page ended, as an opaque text: the values of the order's columns in the last row.</summary>
internal static class Cursor
{
    public static string Write(params object[] values) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(values));

    /// <summary>The values; null when there is no cursor.</summary>
    /// <exception cref="Refusal">The text is none of ours.</exception>
    public static JsonElement[]? Read(string? text, int values)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        try
        {
            var read = JsonSerializer.Deserialize<JsonElement[]>(Base64Url.DecodeFromChars(text));
            if (read?.Length == values)
                return read;
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            // Said below.
        }
        throw Refusal.BadRequest(
            "The page's cursor is not one",
            new BodyProblem("BAD_CURSOR", "after", "Leave 'after' away, or give what 'next' said.")
        );
    }
}
