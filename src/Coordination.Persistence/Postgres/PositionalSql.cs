using System.Collections.Concurrent;
using System.Text;

namespace Coordination.Persistence;

/// <summary>
/// A statement text with <c>$1</c> in place of <c>@name</c>. Npgsql would parse named parameters at every execution; here each text is parsed once.
/// </summary>
internal sealed record PositionalSql(string Text, IReadOnlyList<string> Names)
{
    // Texts are constants of the program; the bound only guards against a caller that builds values into them.
    private const int CacheLimit = 2_000;
    private static readonly ConcurrentDictionary<string, PositionalSql> Cache = new(StringComparer.Ordinal);

    public static PositionalSql Of(string text)
    {
        if (Cache.TryGetValue(text, out var known))
        {
            return known;
        }

        var parsed = Parse(text);
        if (Cache.Count < CacheLimit)
        {
            Cache.TryAdd(text, parsed);
        }

        return parsed;
    }

    /// <summary>The text with <c>@name</c> replaced, outside of quotes and comments.</summary>
    public static string Rewrite(string text, Func<string, string> replacement)
    {
        var sql = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; )
        {
            var skip = EndOfQuoted(text, i);
            if (skip == i && text[i] == '@' && StartsName(text, i))
            {
                var end = i + 1;
                while (end < text.Length && IsNamePart(text[end]))
                {
                    end++;
                }

                sql.Append(replacement(text[(i + 1)..end]));
                i = end;
                continue;
            }

            skip = Math.Max(skip, i + 1);
            sql.Append(text, i, skip - i);
            i = skip;
        }

        return sql.ToString();
    }

    private static PositionalSql Parse(string text)
    {
        var names = new List<string>();
        var sql = Rewrite(
            text,
            name =>
            {
                var index = names.IndexOf(name);
                if (index < 0)
                {
                    names.Add(name);
                    index = names.Count - 1;
                }

                return "$" + (index + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
        );
        return new PositionalSql(sql, names);
    }

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    /// <summary>Not the operators <c>@></c>, <c>@@</c> and <c>&lt;@</c>.</summary>
    private static bool StartsName(string text, int at) =>
        at + 1 < text.Length && (char.IsAsciiLetter(text[at + 1]) || text[at + 1] == '_') && (at == 0 || text[at - 1] is not ('@' or '<'));

    /// <summary>Where the string, quoted name or comment that begins here ends; <paramref name="at"/> when none begins.</summary>
    private static int EndOfQuoted(string text, int at)
    {
        var terminator = text[at] switch
        {
            '\'' => "'",
            '"' => "\"",
            '-' when at + 1 < text.Length && text[at + 1] == '-' => "\n",
            '/' when at + 1 < text.Length && text[at + 1] == '*' => "*/",
            _ => null,
        };
        if (terminator is null)
        {
            return at;
        }

        var end = text.IndexOf(terminator, at + (terminator == "*/" ? 2 : 1), StringComparison.Ordinal);
        return end < 0 ? text.Length : end + terminator.Length;
    }
}
