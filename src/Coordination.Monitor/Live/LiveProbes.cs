using System.Data.Common;
using System.Globalization;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>
/// Tells cheaply whether something changed: each probe gives a text that is another one after a change. Only rows at the ends of indexes are read, and small tables.
/// </summary>
internal sealed class LiveProbes(Reads reads)
{
    private const int AtOnce = 1_000;
    private const string Unsealed = "CASE WHEN status = 'Voting' THEN round ELSE version END";
    private readonly SqlDialect sql = reads.Dialect;

    /// <summary>Topics with a probe.</summary>
    public static IReadOnlyList<string> Topics { get; } = ["ballots", "dead-letters", "effects", "timers", "operations", "agents", "flow"];

    public Task<string> OfAsync(string topic, CancellationToken cancellationToken) =>
        topic switch
        {
            "ballots" => ProbeAsync(
                // Open ballots are few; a decided one has left them. While they are voted on nothing may tell when a sealed vote comes.
                $"SELECT (SELECT count(*) FROM {T("ballot")} WHERE status <> 'Decided'), (SELECT sum({Unsealed}) FROM {T("ballot")} WHERE status <> 'Decided'), "
                    + $"(SELECT max(opened_at) FROM {T("ballot")})",
                cancellationToken
            ),
            "dead-letters" => ProbeAsync(
                $"SELECT (SELECT max(id) FROM {T("dead_letter")}), (SELECT count(*) FROM {T("dead_letter")} WHERE state = 'open'), "
                    + $"(SELECT max(settled_at) FROM {T("dead_letter")} WHERE settled_at IS NOT NULL)",
                cancellationToken
            ),
            "effects" => ProbeAsync(
                $"SELECT count(*), max(changed_at) FROM (SELECT changed_at FROM {T("effect")} WHERE status = 'indoubt' LIMIT 10000) e",
                cancellationToken
            ),
            "timers" or "flow" => ProbeAsync(
                $"SELECT max(id), (SELECT min(due_at) FROM {T("outbox")}) FROM {T("outbox")}",
                cancellationToken
            ),
            "operations" => ProbeAsync(
                $"SELECT (SELECT max(created_at) FROM {T("monitor_operation")}), (SELECT sum(done + failed + skipped) FROM {T("monitor_operation")} WHERE ended_at IS NULL), "
                    + $"(SELECT count(*) FROM {T("monitor_operation")} WHERE ended_at IS NULL)",
                cancellationToken
            ),
            "agents" => ProbeAsync($"SELECT count(*), max(last_seen_at) FROM {T("agent_instance")}", cancellationToken),
            _ => Task.FromResult(""),
        };

    /// <summary>One thing of a kind each: <c>run</c>, <c>ballot</c> or <c>operation</c>; one query for a thousand of them, however many listen.</summary>
    /// <remarks>A run's progress is no entry of its history: the version of its row tells it.</remarks>
    public async Task<IReadOnlyDictionary<Guid, string>> OfEachAsync(
        string kind,
        IReadOnlyList<Guid> ids,
        CancellationToken cancellationToken
    )
    {
        var (key, columns, table) = kind switch
        {
            "ballot" => ("ballot_id", $"status, {Unsealed}", "ballot"),
            "operation" => ("id", "status, done, failed, skipped", "monitor_operation"),
            _ => ("run_id", "row_version", "monitor_run_source"),
        };
        var found = new Dictionary<Guid, string>();
        foreach (var some in ids.Chunk(AtOnce))
        {
            var rows = await reads.QueryAsync(
                new Statement($"SELECT {key}, {columns} FROM {T(table)} WHERE {sql.AnyOf(key, "@ids")}", ("ids", some, ColumnKind.Uuid)),
                row => (Id: sql.ReadGuid(row, 0), Text: Text(row, from: 1)),
                cancellationToken
            );
            foreach (var row in rows)
                found[row.Id] = row.Text;
        }
        foreach (var id in ids)
            found.TryAdd(id, "");
        return found;
    }

    /// <summary>How far the list has come: the last version given, and how long ago the projection last moved.</summary>
    public async Task<(long Version, DateTimeOffset? ChangedAt)> ListAsync(CancellationToken cancellationToken)
    {
        var rows = await reads.QueryAsync(
            new Statement(
                $"SELECT (SELECT max(version) FROM {T("monitor_run")}), (SELECT changed_at FROM {T("monitor_projection")} WHERE name = 'runs')"
            ),
            row => (row.Long(0) ?? 0, sql.Time(row, 1)),
            cancellationToken
        );
        return rows[0];
    }

    /// <summary>When the oldest entry was written that the list does not show yet; null: it shows all.</summary>
    public async Task<DateTimeOffset?> BehindAsync(CancellationToken cancellationToken)
    {
        var column = reads.IsPostgres ? "tx" : "rowid";
        var rows = await reads.QueryAsync(
            new Statement(
                $"SELECT min(h.at) FROM (SELECT at, run_id FROM {T("run_history")} WHERE {column} >= (SELECT position FROM {T("monitor_projection")} WHERE name = 'runs') LIMIT 2000) h "
                    + $"LEFT JOIN {T("monitor_run")} m ON m.run_id = h.run_id WHERE m.run_id IS NULL OR m.updated_at < h.at"
            ),
            row => sql.Time(row, 0),
            cancellationToken
        );
        return rows[0];
    }

    private async Task<string> ProbeAsync(string text, CancellationToken cancellationToken, params StatementParameter[] parameters)
    {
        var rows = await reads.QueryAsync(new Statement(text, parameters), row => Text(row, from: 0), cancellationToken);
        return rows is [var row] ? row : "";
    }

    private static string Text(DbDataReader row, int from) =>
        string.Join(
            '|',
            Enumerable
                .Range(from, row.FieldCount - from)
                .Select(i => row.IsDBNull(i) ? "" : Convert.ToString(row.GetValue(i), CultureInfo.InvariantCulture))
        );

    private string T(string table) => sql.Table(table);
}
