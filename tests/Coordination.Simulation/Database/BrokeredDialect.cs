using System.Data.Common;
using Coordination.Persistence;

namespace Coordination.Simulation;

/// <summary>SQLite's dialect with the behaviour of a shared database: several processes, a broker between them, rows deleted when confirmed.</summary>
internal sealed class BrokeredDialect : SqlDialect
{
    private readonly SqliteDialect inner = new();

    public override string Table(string name) => inner.Table(name);

    public override string Now => inner.Now;

    public override string NowPlus(string milliseconds) => inner.NowPlus(milliseconds);

    public override string Json(string parameter) => inner.Json(parameter);

    public override string ForUpdate => inner.ForUpdate;

    public override string ForUpdateSkipLocked => inner.ForUpdateSkipLocked;

    public override string ForShare => inner.ForShare;

    public override string UnixSeconds => inner.UnixSeconds;

    public override string Chain(string before, string number, string digest) => inner.Chain(before, number, digest);

    public override string AnyOf(string column, string parameter) => inner.AnyOf(column, parameter);

    internal override string DeleteSome(string table, string condition) => inner.DeleteSome(table, condition);

    internal override Statement? Unhurried => inner.Unhurried;

    internal override string RoughCount(string table, string? index, string? condition) => inner.RoughCount(table, index, condition);

    public override DateTimeOffset ReadTime(DbDataReader reader, int ordinal) => inner.ReadTime(reader, ordinal);

    public override Guid ReadGuid(DbDataReader reader, int ordinal) => inner.ReadGuid(reader, ordinal);

    public override bool IsEmbedded => false;
}
