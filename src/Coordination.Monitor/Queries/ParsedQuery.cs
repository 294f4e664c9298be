namespace Coordination.Monitor;

/// <summary>A query as it was read: what is asked for, and what is wrong with it. Clauses that something is wrong with ask for nothing.</summary>
public sealed record ParsedQuery(
    IReadOnlyList<QueryClause> Clauses,
    IReadOnlyList<QueryProblem> Problems,
    IReadOnlyList<QueryField> Fields
);

/// <summary>One thing a query asks for: a field with values, or (without a field) words. Values are alternatives.</summary>
public sealed record QueryClause(
    int Start,
    int Length,
    string Text,
    string? Field,
    string Operator,
    IReadOnlyList<string> Values,
    bool Negated
);

/// <summary>What is wrong with a part of the text, and what could be meant.</summary>
public sealed record QueryProblem(int Start, int Length, string Message, string? Suggestion);

/// <summary>A field a query may name. Values: all there are, null when they are open.</summary>
public sealed record QueryField(string Name, string Description, string Example, IReadOnlyList<string>? Values);
