using System.Buffers;

namespace Coordination.Monitor;

/// <summary>Cells of a CSV file that no spreadsheet takes for a formula: what they say comes from strangers. Pure.</summary>
internal static class Spreadsheet
{
    /// <summary>Begins a file: without it Excel takes UTF-8 for the system's own encoding.</summary>
    public const string ByteOrderMark = "\ufeff";

    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n;\t");

    /// <summary>One cell, quoted where it has to be (RFC 4180).</summary>
    public static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        // Spreadsheets trim blanks before they look for a formula, and take full-width signs for the others.
        var first = text.TrimStart(' ', '\u00a0', '\u3000');
        var safe =
            first.Length > 0 && first[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '\uff1d' or '\uff0b' or '\uff0d' or '\uff20'
                ? "'" + text
                : text;
        return safe.AsSpan().ContainsAny(Quoted) ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }

    public static string Line(params IEnumerable<string?> cells) => string.Join(',', cells.Select(Cell)) + "\r\n";
}
