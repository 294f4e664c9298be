using System.Text.Json;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>The audit in the database: lines are added, never changed.</summary>
internal sealed class AuditTrail(IUnitOfWorkFactory units) : IAuditTrail
{
    private readonly string insert =
        $"INSERT INTO {units.Dialect.Table("monitor_audit")} (at, actor, via, kind, target, run_id, reason, outcome, detail, before, after, operation_id, from_address) "
        + $"VALUES ({units.Dialect.Now}, @actor, @via, @kind, @target, @run, @reason, @outcome, @detail, @before, @after, @operation, @from)";

    public Task WriteAsync(AuditEntry entry, CancellationToken ct) => units.ExecuteAsync(Line(entry), ct);

    /// <summary>A line that is written with the commit of what it tells.</summary>
    public Statement Line(AuditEntry entry) =>
        new(
            insert,
            ("actor", entry.Viewer.Name, ColumnKind.Text),
            ("via", entry.Viewer.Via, ColumnKind.Text),
            ("kind", entry.Kind, ColumnKind.Text),
            ("target", entry.Target, ColumnKind.Text),
            ("run", entry.RunId, ColumnKind.Uuid),
            ("reason", entry.Reason, ColumnKind.Text),
            ("outcome", entry.Outcome, ColumnKind.Text),
            ("detail", entry.Detail, ColumnKind.Text),
            ("before", Text(entry.Before), ColumnKind.Text),
            ("after", Text(entry.After), ColumnKind.Text),
            ("operation", entry.OperationId, ColumnKind.Uuid),
            ("from", entry.Viewer.From, ColumnKind.Text)
        );

    private static string? Text(JsonElement? value) => value is { } json ? json.GetRawText() : null;
}
