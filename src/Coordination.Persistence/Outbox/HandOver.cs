namespace Coordination.Persistence;

/// <summary>The outbox row of a message that was handed over inside the process.</summary>
internal static class HandOver
{
    public static Statement Delete(SqlDialect dialect, long id) =>
        new($"DELETE FROM {dialect.Table("outbox")} WHERE id = @id", ("id", id, ColumnKind.Int64));
}
