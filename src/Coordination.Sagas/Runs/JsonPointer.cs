using System.Text.Json;

namespace Coordination.Sagas.Runs;

/// <summary>RFC 6901: names one value inside a JSON document.</summary>
internal static class JsonPointer
{
    /// <summary>What is wrong with the pointer's form, or null.</summary>
    public static string? Fault(string pointer)
    {
        if (pointer.Length > 0 && pointer[0] != '/')
            return $"the pointer '{pointer}' must be empty or start with '/'";
        for (var i = 0; i < pointer.Length; i++)
        {
            if (pointer[i] == '~' && (i + 1 == pointer.Length || pointer[i + 1] is not ('0' or '1')))
                return $"the pointer '{pointer}' has a '~' that is not '~0' (for '~') or '~1' (for '/')";
        }
        return null;
    }

    /// <summary>The value the pointer names, or null when the document has none there.</summary>
    public static JsonElement? Find(JsonElement document, string pointer)
    {
        if (pointer.Length == 0)
            return document;
        var current = document;
        foreach (var raw in pointer[1..].Split('/'))
        {
            var token = raw.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (current.ValueKind == JsonValueKind.Object && current.TryGetProperty(token, out var member))
                current = member;
            else if (current.ValueKind == JsonValueKind.Array && Index(token) is { } index && index < current.GetArrayLength())
                current = current[index];
            else
                return null;
        }
        return current;
    }

    private static int? Index(string token) =>
        token.Length is > 0 and <= 9 && token.All(char.IsAsciiDigit) && (token[0] != '0' || token.Length == 1) ? int.Parse(token) : null;
}
