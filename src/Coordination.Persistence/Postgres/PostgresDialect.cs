using System.Data.Common;

namespace Coordination.Persistence;

internal sealed class PostgresDialect(bool isEmbedded) : SqlDialect
{
    public override string Table(string name) => $"{ModuleDbContext.SchemaName}.{name}";

    // Not now(): that is the start of the transaction, and a slow one would store messages that are due at once.
    public override string Now => "clock_timestamp()";

    public override string NowPlus(string milliseconds) => $"(clock_timestamp() + {milliseconds} * interval '1 millisecond')";

    public override string Json(string parameter) => $"CAST({parameter} AS jsonb)";

    public override string ForUpdate => "FOR UPDATE";

    public override string ForUpdateSkipLocked => "FOR UPDATE SKIP LOCKED";

    public override string ForShare => "FOR SHARE";

    public override string UnixSeconds => "CAST(floor(extract(epoch FROM clock_timestamp())) AS bigint)";

    public override string Chain(string before, string number, string digest) =>
        $"sha256({before} || int8send(CAST({number} AS bigint)) || {digest})";

    public override string AnyOf(string column, string parameter) => $"{column} = ANY({parameter})";

    internal override string DeleteSome(string table, string condition) =>
        $"DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table} WHERE {condition} LIMIT @limit FOR UPDATE SKIP LOCKED))";

    internal override string RoughCount(string table, string? index, string? condition) =>
        $"(SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = '{Table(index ?? table)}'::regclass)";

    internal override Statement? Unhurried { get; } = new("SET LOCAL synchronous_commit TO off") { IsUnhurried = true };

    public override DateTimeOffset ReadTime(DbDataReader reader, int ordinal) => reader.GetFieldValue<DateTimeOffset>(ordinal);

    public override Guid ReadGuid(DbDataReader reader, int ordinal) => reader.GetGuid(ordinal);

    public override bool IsEmbedded => isEmbedded;
}
