using System.Text.Json;
using System.Text.RegularExpressions;

namespace Coordination.Monitor.Browser.Tests.Hostile;

/// <summary>What may come from a model, a requester or a voter at its worst: one JSON string a line.</summary>
internal static partial class Payloads
{
    public static IReadOnlyList<string> All { get; } =
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Hostile", "payloads.jsonl"))
            .Select(line => JsonSerializer.Deserialize<string>(line)!),
    ];

    /// <summary>Groups of them, so that every field that takes long text gets all.</summary>
    public static IReadOnlyList<string[]> Groups { get; } =
    [
        .. Enumerable
            .Range(0, (All.Count + 11) / 12)
            .Select(group => Enumerable.Range(group * 12, 12).Select(at => All[at % All.Count]).ToArray()),
    ];

    /// <summary>Which of them a field of an answer gets: always the same one, whatever is asked first.</summary>
    public static int NumberFor(string url, string field)
    {
        var route = Variable().Replace(new Uri(url).AbsolutePath, "*");
        // FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/
        var hash = (route + field).Aggregate(2_166_136_261u, (sum, one) => unchecked((sum ^ one) * 16_777_619u));
        return (int)(hash % (uint)All.Count);
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Variable();

    /// <summary>At most so long, and no character cut in two.</summary>
    public static string Cut(this string text, int length)
    {
        if (text.Length <= length)
            return text;
        return char.IsHighSurrogate(text[length - 1]) ? text[..(length - 1)] : text[..length];
    }

    /// <summary>For fields that refuse control characters: reasons are one line of words.</summary>
    public static string OneLine(this string text) => string.Concat(text.Select(one => char.IsControl(one) ? ' ' : one));

    public static string Text(this string[] group, int length) => string.Join("\n", group).Cut(length);
}
