using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace Coordination.Monitor;

/// <summary>Where a page ended, as an opaque text: the values of the order's columns in the last row.</summary>
internal static class Cursor
{
    public static string Write(params object[] values) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(values));

    /// <summary>A cursor of three values: which part of the list, and the last row's time and id; empty texts at a part's beginning.</summary>
    /// <exception cref="Refusal">The text is none of ours.</exception>
    public static (int Part, string At, string Id) Place(string? text)
    {
        if (Read(text, 3, values => (values[0].GetInt32(), values[1].GetString(), values[2].GetString())) is not var (part, at, id))
            return (0, "", "");
        return at is null || id is null || id.Contains('\0', StringComparison.Ordinal) ? throw Bad() : (part, at, id);
    }

    /// <summary>A time of a cursor.</summary>
    /// <exception cref="Refusal">The text is none of ours.</exception>
    public static DateTimeOffset Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : throw Bad();

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
        throw Bad();
    }

    /// <summary>The values as something; null when there is no cursor.</summary>
    /// <exception cref="Refusal">The text is none of ours, or another list's.</exception>
    public static T? Read<T>(string? text, int values, Func<JsonElement[], T> read)
        where T : struct
    {
        if (Read(text, values) is not { } found)
            return null;
        try
        {
            return read(found);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException or OverflowException)
        {
            throw Bad();
        }
    }

    private static Refusal Bad() =>
        Refusal.BadRequest(
            "The page's cursor is not one",
            new BodyProblem("BAD_CURSOR", "after", "Leave 'after' away, or give what 'next' said.")
        );
}
