using System.Data.Common;

namespace Coordination.Persistence;

internal sealed class SqliteDialect : SqlDialect
{
    // Milliseconds are what SQLite's clock gives; rounding keeps the floating point out of the last digits.
    private const string Clock = "CAST(ROUND(unixepoch('now', 'subsec') * 1000) AS INTEGER)";

    public override string Table(string name) => name;

    public override string Now => $"({Clock} * 1000)";

    public override string NowPlus(string milliseconds) => $"(({Clock} + {milliseconds}) * 1000)";

    public override string Json(string parameter) => parameter;

    public override string ForUpdate => "";

    public override string ForUpdateSkipLocked => "";

    public override string ForShare => "";

    public override string UnixSeconds => "unixepoch('now')";

    public override string Chain(string before, string number, string digest) => $"{SqliteChain.Name}({before}, {number}, {digest})";

    public override string AnyOf(string column, string parameter) => $"{column} IN (SELECT value FROM json_each({parameter}))";

    internal override string DeleteSome(string table, string condition) =>
        $"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} WHERE {condition} LIMIT @limit)";

    internal override string RoughCount(string table, string? index, string? condition) =>
        $"(SELECT count(*) FROM {table}{(condition is null ? "" : " WHERE " + condition)})";

    internal override Statement? Unhurried => null;

    public override DateTimeOffset ReadTime(DbDataReader reader, int ordinal) =>
        MicrosecondsConverter.FromMicroseconds(reader.GetInt64(ordinal));

    public override Guid ReadGuid(DbDataReader reader, int ordinal) => reader.GetGuid(ordinal);

    public override bool IsEmbedded => true;
}
