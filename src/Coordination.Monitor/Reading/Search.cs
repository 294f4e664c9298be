namespace Coordination.Monitor;

/// <summary>Words in columns, looked for without their case.</summary>
internal static class Search
{
    /// <summary>A pattern for <see cref="In"/>; null when there is nothing to look for.</summary>
    public static string? Pattern(string? text) =>
        string.IsNullOrWhiteSpace(text)
            ? null
            : "%"
                + text.Trim()
                    .ToLowerInvariant()
                    .Replace("\\", "\\\\", StringComparison.Ordinal)
                    .Replace("%", "\\%", StringComparison.Ordinal)
                    .Replace("_", "\\_", StringComparison.Ordinal)
                + "%";

    /// <summary>A condition: one of the columns has the words of parameter <paramref name="parameter"/>.</summary>
    public static string In(string parameter, params IReadOnlyList<string> columns) =>
        $"({string.Join(" OR ", columns.Select(column => $"lower({column}) LIKE {parameter} ESCAPE '\\'"))})";
}
