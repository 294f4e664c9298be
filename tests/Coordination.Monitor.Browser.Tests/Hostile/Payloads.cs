using System.Text.Json;

namespace Coordination.Monitor.Browser.Tests.Hostile;

/// <summary>What may come from a model, a requester or a voter at its worst: one JSON string a line.</summary>
internal static class Payloads
{
    public static IReadOnlyList<string> All { get; } =
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Hostile", "payloads.jsonl"))
            .Select(line => JsonSerializer.Deserialize<string>(line)!),
    ];

    /// <summary>Groups of them, so that every field that takes long text gets all.</summary>
    public static IReadOnlyList<string[]> Groups { get; } = [.. All.Chunk(12)];

    /// <summary>At most so long, and no character cut in two.</summary>
    public static string Cut(this string text, int length)
    {
        if (text.Length <= length)
            return text;
        return char.IsHighSurrogate(text[length - 1]) ? text[..(length - 1)] : text[..length];
    }

    public static string Text(this string[] group, int length) => string.Join("\n", group).Cut(length);
}
