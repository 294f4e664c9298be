namespace Coordination.Persistence;

/// <summary>
/// One SQL command with its parameters. The text uses <c>@name</c> parameters and is built with a <see cref="SqlDialect"/>, so the same
/// statement runs on PostgreSQL and SQLite. Values may be null, bool, int, long, double, string, Guid, byte[], DateTimeOffset,
/// or an array for <see cref="SqlDialect.AnyOf"/>.
/// </summary>
public sealed record Statement(string Text, params StatementParameter[] Parameters)
{
    /// <summary>
    /// The statement is an UPDATE, DELETE or INSERT that must touch at least one row; when it touches none the whole transaction is rolled
    /// back with <see cref="GuardFailedException"/> carrying this text.
    /// </summary>
    public string? MustAffect { get; init; }

    /// <summary>
    /// The same for many rows at once, for statements that units of work committed together have in common: <c>{rows}</c> stands for a row source
    /// <c>r</c> with a column per parameter, for example <c>UPDATE t SET a = r."a" FROM {rows} WHERE t.id = r."id"</c>. Not needed for a plain
    /// <c>INSERT ... VALUES (...)</c>: its form for many is derived.
    /// </summary>
    public string? ForMany { get; init; }

    /// <summary>
    /// The statement concerns its whole transaction (a setting, a lock on a table, deferred constraints): nothing else is committed with the unit of work
    /// it belongs to. A text that begins with <c>SET</c> needs no saying.
    /// </summary>
    public bool OwnTransaction { get; init; }

    /// <summary>
    /// Writes the row that the unit of work is about: it goes before the unit's other statements, so that whoever works on the row locks it first, with a
    /// transaction of its own or in a group, and nobody holds what belongs to the row while waiting for it.
    /// </summary>
    internal bool GoesFirst { get; init; }

    /// <summary>The commit need not outlive a crash of the database: it may share its transaction with its like and with nothing else.</summary>
    internal bool IsUnhurried { get; init; }

    internal bool NeedsOwnTransaction => OwnTransaction || (!IsUnhurried && Text.StartsWith("SET ", StringComparison.OrdinalIgnoreCase));
}

/// <summary>A value for <c>@Name</c>.</summary>
public readonly record struct StatementParameter(string Name, object? Value, ColumnKind Kind)
{
    public static implicit operator StatementParameter((string Name, object? Value, ColumnKind Kind) p) => new(p.Name, p.Value, p.Kind);
}

/// <summary>Column types both databases know.</summary>
public enum ColumnKind
{
    Text,
    Json,
    Uuid,
    Int32,
    Int64,
    Real,
    Bool,
    Bytes,

    /// <summary>timestamptz; in SQLite microseconds since 1970 as INTEGER.</summary>
    Time,
}

/// <summary>A guarded statement touched no row: the state it relied on has changed. Nothing was committed.</summary>
public sealed class GuardFailedException(string guard, Exception? inner = null)
    : Exception($"The transaction was rolled back: {guard}", inner)
{
    public string Guard { get; } = guard;
}
