using System.Text;

namespace Coordination.Monitor;

/// <summary>
/// Reads the text of a query: <c>field:value</c>, <c>field:a,b</c> (or), <c>field>3</c>, <c>-field:value</c> (not), <c>"a phrase"</c>, words. Clauses stand side by side
/// and all have to hold. Never fails: what cannot be read is a problem with its place, and asks for nothing.
/// </summary>
internal static class QueryText
{
    public const int MostCharacters = 500;
    public const int MostClauses = 20;

    public static ParsedQuery Parse(string? text)
    {
        text ??= "";
        var problems = new List<QueryProblem>();
        var clauses = new List<QueryClause>();
        if (text.Length > MostCharacters)
        {
            problems.Add(
                new QueryProblem(
                    MostCharacters,
                    text.Length - MostCharacters,
                    $"A query has {MostCharacters} characters at most; the rest is left out.",
                    null
                )
            );
            text = text[..MostCharacters];
        }
        var at = 0;
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }
            var clause = Clause(text, at, problems);
            at = clause.Start + clause.Length;
            if (clauses.Count == MostClauses)
            {
                problems.Add(
                    new QueryProblem(
                        clause.Start,
                        text.Length - clause.Start,
                        $"A query has {MostClauses} clauses at most; the rest is left out.",
                        null
                    )
                );
                break;
            }
            if (Check(clause) is { } problem)
                problems.Add(problem);
            else
                clauses.Add(clause);
        }
        return new ParsedQuery(clauses, problems, QueryFields.All);
    }

    private static QueryClause Clause(string text, int start, List<QueryProblem> problems)
    {
        var at = start;
        var negated = text[at] == '-' && at + 1 < text.Length && !char.IsWhiteSpace(text[at + 1]);
        if (negated)
            at++;
        var name = at;
        while (name < text.Length && char.IsAsciiLetter(text[name]))
            name++;
        string? field = null;
        var op = ":";
        if (name > at && name < text.Length && text[name] is ':' or '>' or '<')
        {
            field = QueryFields.NameOf(text[at..name].ToLowerInvariant());
            at = name;
            if (text[at] == ':')
                at++;
            if (at < text.Length && text[at] is '>' or '<')
            {
                op = text[at++].ToString();
                if (at < text.Length && text[at] == '=')
                {
                    op += "=";
                    at++;
                }
            }
        }
        var values = new List<string>();
        while (true)
        {
            var (value, end, open) = Value(text, at, alternatives: field is not null);
            if (open)
                problems.Add(new QueryProblem(at, text.Length - at, "The quotation has no end.", text[start..] + "\""));
            at = end;
            if (value.Length > 0)
                values.Add(value);
            if (field is null || at >= text.Length || text[at] != ',')
                break;
            at++;
        }
        return new QueryClause(start, at - start, text[start..at], field, op, values, negated);
    }

    private static (string Value, int End, bool Open) Value(string text, int at, bool alternatives)
    {
        if (at < text.Length && text[at] == '"')
        {
            var end = text.IndexOf('"', at + 1);
            return end < 0 ? (text[(at + 1)..], text.Length, true) : (text[(at + 1)..end], end + 1, false);
        }
        var value = new StringBuilder();
        while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] != '"' && !(alternatives && text[at] == ','))
            value.Append(text[at++]);
        return (value.ToString(), at, false);
    }

    private static QueryProblem? Check(QueryClause clause)
    {
        QueryProblem Problem(string message, string? suggestion = null) => new(clause.Start, clause.Length, message, suggestion);
        var not = clause.Negated ? "-" : "";
        if (PlainParameters.Fault(clause.Text) is { } control)
            return Problem(control);
        if (clause.Field is not { } name)
        {
            return clause.Values.Any(value => RunWords.Plain(value).Length > 0)
                ? null
                : Problem("There is no word in it: letters or digits are looked for.");
        }
        if (QueryFields.Find(name) is not { } field)
        {
            var like = QueryFields.Like(name, QueryFields.All.Select(known => known.Name));
            var rest = clause.Text[(not.Length + name.Length)..];
            return Problem(
                $"There is no field '{name}'.{(like is null ? " To look for the words, put them into quotes." : "")} There are: {string.Join(", ", QueryFields.All.Select(known => known.Name))}.",
                like is null ? $"{not}\"{clause.Text[not.Length..].Trim('"')}\"" : $"{not}{like}{rest}"
            );
        }
        if (clause.Values.Count == 0)
            return Problem($"'{name}' has no value.", $"{not}{field.Example}");
        var kind = QueryFields.KindOf(name);
        if (clause.Operator != ":" && kind is FieldKind.Term or FieldKind.Status or FieldKind.Flag or FieldKind.Id)
            return Problem($"'{name}' has no order: write a colon.", $"{not}{name}:{clause.Values[0]}");
        foreach (var value in clause.Values)
        {
            var word = kind == FieldKind.Status ? StatusWords.Plain(value) : value;
            if (field.Values is { } allowed && !allowed.Contains(word, StringComparer.OrdinalIgnoreCase))
            {
                var like = QueryFields.Like(word, allowed);
                return Problem(
                    $"'{value}' is no {name}. There are: {string.Join(", ", allowed)}.",
                    like is null ? null : $"{not}{name}:{like}"
                );
            }
            if (QueryValues.Fault(kind, clause.Operator, value) is { } fault)
                return Problem($"'{value}': {fault}", $"{not}{field.Example}");
        }
        return null;
    }
}
