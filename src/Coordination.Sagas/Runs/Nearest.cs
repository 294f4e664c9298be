namespace Coordination.Sagas.Runs;

/// <summary>Guesses what was meant by a misspelt name.</summary>
internal static class Nearest
{
    /// <summary><c>: did you mean 'x'?</c> or nothing.</summary>
    public static string Hint(string? name, IEnumerable<string> candidates)
    {
        if (name is null or { Length: 0 or > 64 })
            return "";
        var best = candidates
            .Select(c => (Name: c, Distance: Distance(name, c)))
            .OrderBy(c => c.Distance)
            .ThenBy(c => c.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        return best.Name is not null && best.Distance <= Math.Max(1, name.Length / 3) ? $" (did you mean '{best.Name}'?)" : "";
    }

    // Levenshtein with one row.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.Length];
    }
}
