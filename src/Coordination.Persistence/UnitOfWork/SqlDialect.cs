using System.Data.Common;

namespace Coordination.Persistence;

/// <summary>The few places where the SQL of PostgreSQL and SQLite differs.</summary>
public abstract class SqlDialect
{
    /// <summary><c>coordination.outbox</c> on PostgreSQL, <c>outbox</c> on SQLite.</summary>
    public abstract string Table(string name);

    /// <summary>
    /// The database clock as an expression; moves on inside a transaction. Compared with an indexed column write it as <c>(SELECT ...)</c>: read anew for
    /// every row it cannot be looked up in the index.
    /// </summary>
    public abstract string Now { get; }

    /// <summary>The database clock plus <paramref name="milliseconds"/>, an expression or parameter of kind Int64.</summary>
    public abstract string NowPlus(string milliseconds);

    /// <summary>A parameter for a JSON column: cast to <c>jsonb</c> on PostgreSQL, as it is on SQLite.</summary>
    public abstract string Json(string parameter);

    /// <summary>Appended to a SELECT of rows that will be changed: <c>FOR UPDATE</c> or nothing (SQLite has one writer).</summary>
    public abstract string ForUpdate { get; }

    /// <summary>Appended to a SELECT of rows that others must not change before this transaction has ended: <c>FOR SHARE</c> or nothing.</summary>
    public abstract string ForShare { get; }

    /// <summary>The database clock in seconds since 1970, as an expression.</summary>
    public abstract string UnixSeconds { get; }

    /// <summary>
    /// The next hash of a chain, <c>sha256(before | number as 8 bytes, big-endian | digest)</c>, of two expressions of kind Bytes and one of kind Int64.
    /// </summary>
    public abstract string Chain(string before, string number, string digest);

    /// <summary>As <see cref="ForUpdate"/>, passing over rows another transaction holds.</summary>
    public abstract string ForUpdateSkipLocked { get; }

    /// <summary>
    /// A condition: <paramref name="column"/> is one of the values of an array parameter (<c>long[]</c>, <c>Guid[]</c> or <c>string[]</c> with the kind of
    /// its elements). One statement text for any number of values.
    /// </summary>
    public abstract string AnyOf(string column, string parameter);

    /// <summary>Deletes at most <c>@limit</c> rows of a table that meet a condition, passing over rows another transaction holds.</summary>
    internal abstract string DeleteSome(string table, string condition);

    /// <summary>
    /// About how many rows a table has, or one of its partial indexes, without reading them: as an expression. A database without such estimates counts the rows
    /// that meet the index' condition.
    /// </summary>
    internal abstract string RoughCount(string table, string? index, string? condition);

    /// <summary>
    /// For transactions whose loss in a crash of the database does no harm (a claim, the removal of a delivered row): the commit does not wait for
    /// the disk. Null where there is no such thing.
    /// </summary>
    internal abstract Statement? Unhurried { get; }

    /// <summary>Reads a column of kind <see cref="ColumnKind.Time"/>.</summary>
    public abstract DateTimeOffset ReadTime(DbDataReader reader, int ordinal);

    /// <summary>Reads a column of kind <see cref="ColumnKind.Uuid"/>.</summary>
    public abstract Guid ReadGuid(DbDataReader reader, int ordinal);

    /// <summary>True for SQLite: one process, one writer, in-memory transport.</summary>
    public abstract bool IsEmbedded { get; }
}
