using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace Coordination.Persistence;

/// <summary>
/// A statement's form for many rows at once: a column per parameter comes from <c>unnest($1, $2, ...) AS r</c>. Derived once per text: from
/// <see cref="Statement.ForMany"/>, or from a plain <c>INSERT INTO t (...) VALUES (...)</c>.
/// </summary>
internal sealed partial record ManyRowsSql(string Text, IReadOnlyList<StatementParameter> Parameters)
{
    private const int CacheLimit = 2_000;
    private static readonly ConcurrentDictionary<string, ManyRowsSql?> Cache = new(StringComparer.Ordinal);

    /// <summary>Null when there is no such form: each statement then runs by itself.</summary>
    public static ManyRowsSql? Of(Statement statement)
    {
        if (Cache.TryGetValue(statement.Text, out var known))
        {
            return known;
        }

        var derived = Derive(statement);
        if (Cache.Count < CacheLimit)
        {
            Cache.TryAdd(statement.Text, derived);
        }

        return derived;
    }

    private static ManyRowsSql? Derive(Statement statement)
    {
        if (statement.Parameters.Length == 0 || statement.Parameters.Any(p => p.Value is Array and not byte[]))
        {
            return null;
        }

        if (statement.ForMany is not null)
        {
            return new ManyRowsSql(statement.ForMany.Replace("{rows}", Rows(statement), StringComparison.Ordinal), statement.Parameters);
        }

        var insert = Insert().Match(statement.Text);
        if (!insert.Success || EndOfList(statement.Text, insert.Length - 1) is not { } end)
        {
            return null;
        }

        var tail = statement.Text[end..].Trim();
        if (tail.Length > 0 && !DoNothing().IsMatch(tail))
        {
            return null;
        }

        var values = PositionalSql.Rewrite(statement.Text[insert.Length..(end - 1)], name => $"r.\"{name}\"");
        return new ManyRowsSql(
            $"INSERT INTO {insert.Groups["into"].Value.Trim()} SELECT {values} FROM {Rows(statement)} {tail}".TrimEnd(),
            statement.Parameters
        );
    }

    private static string Rows(Statement statement)
    {
        var (numbers, names) = (new StringBuilder(), new StringBuilder());
        for (var i = 0; i < statement.Parameters.Length; i++)
        {
            numbers.Append(i == 0 ? "$" : ", $").Append(i + 1);
            names.Append(i == 0 ? "\"" : ", \"").Append(statement.Parameters[i].Name).Append('"');
        }

        return $"unnest({numbers}) AS r({names})";
    }

    /// <summary>The place behind the parenthesis that closes the one at <paramref name="open"/>; null when the text holds quotes or none closes it.</summary>
    private static int? EndOfList(string text, int open)
    {
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            // Quoted text may hold anything; the few inserts with parentheses in it are not worth a parser.
            depth += text[i] switch
            {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            if (depth == 0)
            {
                return i + 1;
            }
        }

        return null;
    }

    [GeneratedRegex(
        """^\s*INSERT\s+INTO\s+(?<into>[\w."]+\s*(\([^()]*\))?)\s*VALUES\s*\(""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        1_000
    )]
    private static partial Regex Insert();

    [GeneratedRegex(@"^ON\s+CONFLICT[^@]*DO\s+NOTHING$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex DoNothing();
}
