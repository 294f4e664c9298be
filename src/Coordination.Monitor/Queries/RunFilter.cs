namespace Coordination.Monitor;

/// <summary>What a run has to be for a query, in the terms of the list's table.</summary>
internal abstract record RunCondition(bool Negated)
{
    /// <summary>Any of these terms.</summary>
    internal sealed record Terms(IReadOnlyList<string> Any, bool Negated) : RunCondition(Negated);

    internal sealed record Statuses(IReadOnlyList<string> Any) : RunCondition(false);

    internal sealed record Ids(IReadOnlyList<IdFragment> Any, bool Negated) : RunCondition(Negated);

    internal sealed record Times(string Column, IReadOnlyList<Span<DateTimeOffset>> Any, bool Negated) : RunCondition(Negated);

    internal sealed record Numbers(string Column, IReadOnlyList<Span<long>> Any, bool Negated) : RunCondition(Negated);

    /// <summary>Milliseconds from acceptance to the end, or to now.</summary>
    internal sealed record Durations(IReadOnlyList<Span<long>> Any, bool Negated) : RunCondition(Negated);

    /// <summary>These words one after the other; the last may be the beginning of one unless the phrase is whole. Or the run has this id, where the word may be one.</summary>
    internal sealed record Words(string Plain, bool Whole, bool Negated, IdFragment? Id = null) : RunCondition(Negated);
}

/// <summary>What conditions say about the order of a list.</summary>
internal static class RunOrder
{
    /// <summary>
    /// What the conditions say about a column, as far as they do: ranges of it, and for the time of acceptance that nothing ends, or is changed, before it was accepted.
    /// Rows outside need not be looked at; it may be said beside the conditions, not instead of them.
    /// </summary>
    public static IReadOnlyList<RunCondition> Bounds(IReadOnlyList<RunCondition> conditions, string column) =>
        [
            .. conditions.Where(condition => IsRange(condition, column)),
            .. column != "accepted_at"
                ? []
                : conditions
                    .OfType<RunCondition.Times>()
                    .Where(times => !times.Negated && times.Column is "ended_at" or "updated_at" && times.Any is [{ To: not null }])
                    .Select(times => new RunCondition.Times("accepted_at", [new(null, times.Any[0].To)], false)),
        ];

    /// <summary>Conditions that are not wholly said by the bounds of a column.</summary>
    public static IReadOnlyList<RunCondition> Others(IReadOnlyList<RunCondition> conditions, string column) =>
        [.. conditions.Where(condition => !IsRange(condition, column))];

    private static bool IsRange(RunCondition condition, string column) =>
        condition switch
        {
            RunCondition.Times times => !times.Negated && times.Column == column && times.Any is [_],
            RunCondition.Numbers numbers => !numbers.Negated && numbers.Column == column && numbers.Any is [_],
            _ => false,
        };
}

/// <summary>Clauses as conditions. Pure; relative times are of the moment given.</summary>
internal static class RunFilter
{
    /// <summary>Digits from which on a bare word may be a piece of an id: what lists show of one has as many.</summary>
    private const int LeastOfId = 6;

    public static IReadOnlyList<RunCondition> Of(IEnumerable<QueryClause> clauses, DateTimeOffset now) =>
        [.. clauses.Select(clause => Of(clause, now))];

    private static RunCondition Of(QueryClause clause, DateTimeOffset now)
    {
        if (clause.Field is not { } field)
        {
            var text = clause.Values[0];
            var whole = clause.Text.Contains('"', StringComparison.Ordinal);
            return new RunCondition.Words(RunWords.Plain(text), whole, clause.Negated, whole ? null : IdFragment.Parse(text, LeastOfId));
        }
        var column = QueryFields.ColumnOf(field);
        return QueryFields.KindOf(field) switch
        {
            FieldKind.Status => Status([.. clause.Values.Select(StatusWords.Plain)], clause.Negated),
            FieldKind.Flag => Flag(column, clause),
            FieldKind.Id => new RunCondition.Ids([.. clause.Values.Select(value => QueryValues.Id(value)!)], clause.Negated),
            FieldKind.Time => new RunCondition.Times(
                column,
                [.. clause.Values.Select(value => QueryValues.Times(clause.Operator, value, now)!)],
                clause.Negated
            ),
            FieldKind.Duration => new RunCondition.Durations(Numbers(clause, QueryValues.Milliseconds), clause.Negated),
            FieldKind.Number => new RunCondition.Numbers(column, Numbers(clause, QueryValues.Count), clause.Negated),
            FieldKind.Dollars => new RunCondition.Numbers(column, Numbers(clause, QueryValues.MicroDollars), clause.Negated),
            _ => new RunCondition.Terms([.. clause.Values.Select(value => RunWords.Term(field, value))], clause.Negated),
        };
    }

    // Statuses alone have an index in order of acceptance; why a run stands still is a term.
    private static RunCondition Status(IReadOnlyList<string> words, bool negated) =>
        words.All(StatusWords.IsStored)
            ? new RunCondition.Statuses([.. RunStatuses.All.Where(status => words.Contains(status) != negated)])
            : new RunCondition.Terms([.. words.SelectMany(StatusWords.Terms).Distinct(StringComparer.Ordinal)], negated);

    private static RunCondition Flag(string column, QueryClause clause)
    {
        var (yes, no) = (
            clause.Values.Contains("yes", StringComparer.OrdinalIgnoreCase),
            clause.Values.Contains("no", StringComparer.OrdinalIgnoreCase)
        );
        // Both alternatives: everything, or with "not" nothing.
        return yes && no
            ? new RunCondition.Statuses(clause.Negated ? [] : RunStatuses.All)
            : new RunCondition.Terms([RunWords.Term(column, "yes")], no != clause.Negated);
    }

    private static IReadOnlyList<Span<long>> Numbers(QueryClause clause, Func<string, long?> read) =>
        [.. clause.Values.Select(value => QueryValues.Numbers(clause.Operator, value, read)!)];
}
