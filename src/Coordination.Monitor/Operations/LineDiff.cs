using System.Text.Encodings.Web;
using System.Text.Json;

namespace Coordination.Monitor;

/// <summary>A line of a difference: <c>same</c>, <c>removed</c> or <c>added</c>.</summary>
public sealed record DiffLine(string Kind, string Text);

/// <summary>What differs between two texts, line by line; JSON is compared as it is laid out, not as it was written.</summary>
internal static class LineDiff
{
    /// <summary>Beyond so many lines the texts are shown one after the other: the table grows with the product.</summary>
    private const int Most = 1_500;
    private static readonly JsonSerializerOptions Laid = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static IReadOnlyList<DiffLine> Of(string before, string after)
    {
        var (a, b) = (Lines(before), Lines(after));
        if (a.Length > Most || b.Length > Most)
            return [.. a.Select(line => new DiffLine("removed", line)), .. b.Select(line => new DiffLine("added", line))];
        var longest = Longest(a, b);
        var lines = new List<DiffLine>();
        int i = 0,
            j = 0;
        while (i < a.Length || j < b.Length)
        {
            if (i < a.Length && j < b.Length && a[i] == b[j])
            {
                lines.Add(new DiffLine("same", a[i]));
                (i, j) = (i + 1, j + 1);
            }
            else if (j >= b.Length || (i < a.Length && longest[i + 1, j] >= longest[i, j + 1]))
            {
                lines.Add(new DiffLine("removed", a[i++]));
            }
            else
            {
                lines.Add(new DiffLine("added", b[j++]));
            }
        }
        return lines;
    }

    /// <summary>Length of the longest common subsequence of what is left from every pair of places on.</summary>
    private static ushort[,] Longest(string[] a, string[] b)
    {
        var length = new ushort[a.Length + 1, b.Length + 1];
        for (var i = a.Length - 1; i >= 0; i--)
        {
            for (var j = b.Length - 1; j >= 0; j--)
                length[i, j] = a[i] == b[j] ? (ushort)(length[i + 1, j + 1] + 1) : Math.Max(length[i + 1, j], length[i, j + 1]);
        }
        return length;
    }

    private static string[] Lines(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            text = JsonSerializer.Serialize(json.RootElement, Laid);
        }
        catch (JsonException)
        {
            // Not JSON: compared as it is.
        }
        return text.ReplaceLineEndings("\n").Split('\n');
    }
}
