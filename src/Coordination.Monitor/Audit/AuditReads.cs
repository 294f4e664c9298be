using System.Data.Common;
using System.Text.Json;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>A page of the audit, the newest first.</summary>
public sealed record AuditPage(IReadOnlyList<AuditRow> Rows, string? Next);

/// <summary>A line of the audit.</summary>
public sealed record AuditRow(
    long Id,
    DateTimeOffset At,
    string Actor,
    string Via,
    string Kind,
    string Target,
    Guid? RunId,
    string? Reason,
    string Outcome,
    string? Detail,
    JsonElement? Before,
    JsonElement? After,
    Guid? OperationId,
    string? From
);

/// <summary>Which lines; what is null does not matter.</summary>
internal sealed record AuditFilter(string? Actor, string? Kind, Guid? Run, string? Outcome);

/// <summary>Reads the audit.</summary>
internal sealed class AuditReads(Reads reads)
{
    private readonly SqlDialect sql = reads.Dialect;

    public async Task<AuditPage> ListAsync(AuditFilter filter, string? after, int? limit, CancellationToken cancellationToken)
    {
        var before = Cursor.Read(after, 1, values => values[0].GetInt64());
        var size = Page.Size(limit);
        string?[] conditions =
        [
            before is null ? null : "id < @before",
            filter.Actor is null ? null : "actor = @actor",
            filter.Kind is null ? null : "kind = @kind",
            filter.Run is null ? null : "run_id = @run",
            filter.Outcome is null ? null : "outcome = @outcome",
        ];
        var where = conditions.OfType<string>().ToList();
        var rows = await reads.QueryAsync(
            new Statement(
                $"""
                SELECT id, at, actor, via, kind, target, run_id, reason, outcome, detail, before, after, operation_id, from_address
                FROM {sql.Table("coord_v1_audit")} {(
                    where.Count == 0 ? "" : "WHERE " + string.Join(" AND ", where)
                )} ORDER BY id DESC LIMIT @limit
                """,
                ("before", before, ColumnKind.Int64),
                ("actor", filter.Actor, ColumnKind.Text),
                ("kind", filter.Kind, ColumnKind.Text),
                ("run", filter.Run, ColumnKind.Uuid),
                ("outcome", filter.Outcome, ColumnKind.Text),
                ("limit", size + 1, ColumnKind.Int32)
            ),
            Row,
            cancellationToken
        );
        return rows.Count > size ? new AuditPage([.. rows.Take(size)], Cursor.Write(rows[size - 1].Id)) : new AuditPage(rows, null);
    }

    private AuditRow Row(DbDataReader row) =>
        new(
            row.GetInt64(0),
            sql.ReadTime(row, 1),
            row.GetString(2),
            row.GetString(3),
            row.GetString(4),
            row.GetString(5),
            sql.Id(row, 6),
            row.Text(7),
            row.GetString(8),
            row.Text(9),
            row.Json(10),
            row.Json(11),
            sql.Id(row, 12),
            row.Text(13)
        );
}
