using System.Text.Json;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>The statements that keep the list.</summary>
internal sealed class ProjectionWrites
{
    private static readonly string[] Columns = [.. RunColumns.All.Split(", "), "duration_ms", "questions", "tags", "search"];
    private readonly SqlDialect sql;
    private readonly string upsert;
    private readonly string remove;
    private readonly string count;
    private readonly string begin;
    private readonly string move;

    public ProjectionWrites(SqlDialect sql, bool postgres)
    {
        this.sql = sql;
        string ValueOf(string column) => column == "search" && postgres ? "to_tsvector('simple', @search)" : "@" + column;
        var columns = string.Join(", ", Columns);
        var values = string.Join(", ", Columns.Select(ValueOf));
        var changes = string.Join(", ", Columns.Skip(1).Select(column => $"{column} = excluded.{column}"));
        upsert = $"INSERT INTO {sql.Table("monitor_run")} ({columns}) VALUES ({values}) ON CONFLICT (run_id) DO UPDATE SET {changes}";
        remove = $"DELETE FROM {sql.Table("monitor_run")} WHERE {sql.AnyOf("run_id", "@runs")}";
        count =
            $"INSERT INTO {sql.Table("monitor_count")} (status, runs) VALUES (@status, @runs) ON CONFLICT (status) DO UPDATE SET runs = monitor_count.runs + excluded.runs";
        begin =
            $"INSERT INTO {sql.Table("monitor_projection")} (name, position, version, filled, changed_at) VALUES ('runs', @position, @version, @filled, {sql.Now}) "
            + "ON CONFLICT (name) DO UPDATE SET position = excluded.position, version = excluded.version, filled = excluded.filled, fill_at = NULL, fill_id = NULL, "
            + "changed_at = excluded.changed_at";
        move =
            $"UPDATE {sql.Table("monitor_projection")} SET position = @position, version = @version, filled = @filled, fill_at = @fill_at, fill_id = @fill_id, "
            + $"changed_at = {sql.Now} WHERE name = 'runs'";
    }

    public Statement Begin(long position, long version) =>
        new(begin, ("position", position, ColumnKind.Int64), ("version", version, ColumnKind.Int64), ("filled", false, ColumnKind.Bool));

    public Statement Move(ProjectionState state) =>
        new(
            move,
            ("position", state.Position, ColumnKind.Int64),
            ("version", state.Version, ColumnKind.Int64),
            ("filled", state.Filled, ColumnKind.Bool),
            ("fill_at", state.FillAt, ColumnKind.Time),
            ("fill_id", state.FillId, ColumnKind.Uuid)
        );

    public Statement Remove(Guid[] runs) => new(remove, ("runs", runs, ColumnKind.Uuid));

    /// <summary>So many runs more, or fewer, have a status. One row per status, always in the same order.</summary>
    public IEnumerable<Statement> Count(IReadOnlyDictionary<string, long> changes) =>
        changes
            .Where(change => change.Value != 0)
            .OrderBy(change => change.Key, StringComparer.Ordinal)
            .Select(change => new Statement(count, ("status", change.Key, ColumnKind.Text), ("runs", change.Value, ColumnKind.Int64)));

    public Statement Put(RunSummary run, RunSource source) =>
        new(
            upsert,
            ("run_id", run.RunId, ColumnKind.Uuid),
            ("tenant", run.Tenant, ColumnKind.Text),
            ("name", run.Name, ColumnKind.Text),
            ("status", run.Status, ColumnKind.Text),
            ("reason", run.Reason, ColumnKind.Text),
            ("requester", run.Requester, ColumnKind.Text),
            ("business_scope", run.BusinessScope, ColumnKind.Text),
            ("accepted_at", run.StartedAt, ColumnKind.Time),
            ("updated_at", run.UpdatedAt, ColumnKind.Time),
            ("deadline_at", run.DeadlineAt, ColumnKind.Time),
            ("ended_at", run.EndedAt, ColumnKind.Time),
            ("duration_ms", run.EndedAt is { } ended ? (long)(ended - run.StartedAt).TotalMilliseconds : null, ColumnKind.Int64),
            ("failed_step", run.FailedStep, ColumnKind.Text),
            ("failed_detail", run.FailedDetail, ColumnKind.Text),
            ("steps_done", run.StepsDone, ColumnKind.Int32),
            ("steps", run.Steps, ColumnKind.Int32),
            ("retries", run.Retries, ColumnKind.Int32),
            ("current_step", run.CurrentStep, ColumnKind.Text),
            ("wait_kind", run.WaitKind, ColumnKind.Text),
            ("waits_for", run.WaitsFor, ColumnKind.Text),
            ("wait_ends_at", run.WaitEndsAt, ColumnKind.Time),
            ("in_doubt", run.InDoubt, ColumnKind.Bool),
            ("questions", RunProjection.Questions(source), ColumnKind.Int32),
            ("agents", JsonSerializer.Serialize(run.Agents, MonitorJson.Options), ColumnKind.Text),
            ("tokens", run.Tokens, ColumnKind.Int64),
            ("cost_micro_usd", run.CostMicroUsd, ColumnKind.Int64),
            ("stuck", run.Stuck, ColumnKind.Text),
            ("version", run.Version, ColumnKind.Int64),
            ("tags", RunWords.Terms(run, source.TraceId).ToArray(), ColumnKind.Text),
            ("search", RunWords.Words(run), ColumnKind.Text)
        );

    public SqlDialect Dialect => sql;
}
