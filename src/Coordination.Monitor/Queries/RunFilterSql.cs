using System.Globalization;
using System.Text.Json;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>Conditions as SQL over the list's table. Every value is a parameter.</summary>
internal sealed class RunFilterSql(SqlDialect sql, bool postgres, DateTimeOffset now)
{
    /// <summary>The index of terms is meant to be used: the status is asked for as a term, too, so that one index finds all of it.</summary>
    public bool ByTerms { get; init; }

    /// <summary>The digits of an id from the last to the first, as <c>ix_monitor_run_backwards</c> has them.</summary>
    private const string Backwards = "(reverse(replace(run_id::text, '-', '')) COLLATE \"C\")";

    private readonly List<StatementParameter> parameters = [("now", now, ColumnKind.Time)];

    public IReadOnlyList<StatementParameter> Parameters => parameters;

    /// <summary>True when there is none.</summary>
    public string Where(IReadOnlyList<RunCondition> conditions) =>
        conditions.Count == 0 ? (postgres ? "true" : "1 = 1") : string.Join(" AND ", conditions.Select(Of));

    public string Add(object value, ColumnKind kind)
    {
        var name = "p" + parameters.Count.ToString(CultureInfo.InvariantCulture);
        parameters.Add((name, value, kind));
        return "@" + name;
    }

    private string Of(RunCondition condition)
    {
        var text = condition switch
        {
            RunCondition.Terms terms => Terms(terms.Any),
            RunCondition.Statuses statuses when ByTerms && postgres => Terms([
                .. statuses.Any.Select(status => RunWords.Term("status", status)),
            ]),
            RunCondition.Statuses statuses => statuses.Any is [var one]
                ? $"status = {Add(one, ColumnKind.Text)}"
                : sql.AnyOf("status", Add(statuses.Any.ToArray(), ColumnKind.Text)),
            RunCondition.Ids ids => Any(ids.Any, Id),
            RunCondition.Times times => Any(times.Any, span => Between(times.Column, span, ColumnKind.Time)),
            RunCondition.Numbers numbers => Any(numbers.Any, span => Between(numbers.Column, span, ColumnKind.Int64)),
            RunCondition.Durations durations => Any(durations.Any, Duration),
            RunCondition.Words { Id: { } id } words => $"{Words(words)} OR {Id(id)}",
            RunCondition.Words words => Words(words),
            _ => throw new InvalidOperationException($"{condition.GetType().Name} has no SQL."),
        };
        // What is not known (a time of end that is not there yet) is not so.
        return condition.Negated ? $"NOT coalesce(({text}), {(postgres ? "false" : "0")})" : $"({text})";
    }

    private static string Any<T>(IReadOnlyList<T> alternatives, Func<T, string> of) => string.Join(" OR ", alternatives.Select(of));

    private string Terms(IReadOnlyList<string> any)
    {
        if (postgres)
            return any is [_] ? $"tags @> {Add(any.ToArray(), ColumnKind.Text)}" : $"tags && {Add(any.ToArray(), ColumnKind.Text)}";
        // The column is a JSON array: the term stands in it as it is written in JSON.
        return Any(any, term => $"tags LIKE {Add("%" + Escaped(JsonSerializer.Serialize(term)) + "%", ColumnKind.Text)} ESCAPE '^'");
    }

    private string Id(IdFragment id)
    {
        var ends = new List<string>(2);
        if (id.Begin.Length > 0)
            ends.Add($"run_id BETWEEN {Add(id.Range.First, ColumnKind.Uuid)} AND {Add(id.Range.Last, ColumnKind.Uuid)}");
        if (id.End.Length > 0)
            ends.Add(EndsWith(id.End));
        return $"({string.Join(id.IsEither ? " OR " : " AND ", ends)})";
    }

    // Read from its end an id is a beginning again, which an index has in order. Behind a digit comes no 'g'.
    private string EndsWith(string digits)
    {
        if (!postgres)
            return $"replace(run_id, '-', '') LIKE {Add("%" + digits, ColumnKind.Text)}";
        var backwards = new string([.. digits.Reverse()]);
        return $"{Backwards} BETWEEN {Add(backwards, ColumnKind.Text)} AND {Add(backwards + "g", ColumnKind.Text)}";
    }

    private string Words(RunCondition.Words words)
    {
        if (!postgres)
        {
            var end = words.Whole ? " %" : "%";
            return $"(' ' || search || ' ') LIKE {Add("% " + Escaped(words.Plain) + end, ColumnKind.Text)} ESCAPE '^'";
        }
        var quoted = words.Plain.Split(' ').Select(word => $"'{word}'").ToList();
        var query = string.Join(" <-> ", quoted) + (words.Whole ? "" : ":*");
        return $"search @@ to_tsquery('simple', {Add(query, ColumnKind.Text)})";
    }

    private string Between<T>(string column, Span<T> span, ColumnKind kind)
        where T : struct
    {
        var ends = new List<string>(2);
        if (span.From is { } from)
            ends.Add($"{column} {(span.FromIncluded ? ">=" : ">")} {Add(from, kind)}");
        if (span.To is { } to)
            ends.Add($"{column} {(span.ToIncluded ? "<=" : "<")} {Add(to, kind)}");
        return "(" + string.Join(" AND ", ends) + ")";
    }

    // Of ended runs it is stored; of others it follows from when they began.
    private string Duration(Span<long> span)
    {
        var began = new Span<DateTimeOffset>(
            span.To is { } to ? now - TimeSpan.FromMilliseconds(to) : null,
            span.From is { } from ? now - TimeSpan.FromMilliseconds(from) : null,
            span.ToIncluded,
            span.FromIncluded
        );
        return $"(ended_at IS NOT NULL AND {Between("duration_ms", span, ColumnKind.Int64)}) OR "
            + $"(ended_at IS NULL AND {Between("accepted_at", began, ColumnKind.Time)})";
    }

    private static string Escaped(string text) =>
        text.Replace("^", "^^", StringComparison.Ordinal)
            .Replace("%", "^%", StringComparison.Ordinal)
            .Replace("_", "^_", StringComparison.Ordinal);
}
