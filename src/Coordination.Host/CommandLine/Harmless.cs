using System.Globalization;

namespace Coordination.Host.CommandLine;

/// <summary>
/// Text of strangers for a terminal: what could move the cursor, ring, or turn the direction of what is ours becomes a question mark. Lines stay lines.
/// </summary>
internal static class Harmless
{
    public static string Of(string text) => text.Any(IsHarm) ? string.Concat(text.Select(c => IsHarm(c) ? '?' : c)) : text;

    private static bool IsHarm(char c) =>
        c is not ('\n' or '\t')
        && char.GetUnicodeCategory(c)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;
}
