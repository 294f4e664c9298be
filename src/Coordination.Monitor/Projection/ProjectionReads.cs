using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>Where the projection stands.</summary>
/// <remarks>Position: Everything that was committed before it has been projected: a transaction id on PostgreSQL, a row's number on SQLite.</remarks>
/// <remarks>Version: The highest version given to a row.</remarks>
/// <remarks>Filled: The runs that were there before the projection began have been projected.</remarks>
/// <remarks>FillAt: Runs accepted from here on have been, while it is not filled.</remarks>
internal sealed record ProjectionState(long Position, long Version, bool Filled, DateTimeOffset? FillAt, Guid? FillId);

/// <summary>A run with new entries in its history, and the last of them.</summary>
internal sealed record ChangedRun(Guid RunId, long Seq);

/// <summary>What the projection reads: what has changed, and what is true of it now.</summary>
internal sealed class ProjectionReads(IQueries link, bool postgres)
{
    /// <summary>So many transactions at once after a long absence.</summary>
    private const long MostTransactions = 100_000;
    private readonly SqlDialect sql = link.Dialect;

    public async Task<ProjectionState?> StateAsync(CancellationToken cancellationToken)
    {
        var rows = await link.QueryAsync(
            new Statement(
                $"SELECT p.position, p.version, p.filled, p.fill_at, p.fill_id, (SELECT max(version) FROM {sql.Table("monitor_run")}) "
                    + $"FROM {sql.Table("monitor_projection")} p WHERE p.name = 'runs'"
            ),
            row => new ProjectionState(
                row.GetInt64(0),
                Math.Max(row.GetInt64(1), row.Long(5) ?? 0),
                row.GetBoolean(2),
                sql.Time(row, 3),
                sql.Id(row, 4)
            ),
            cancellationToken
        );
        return rows is [var state, ..] ? state : null;
    }

    /// <summary>Where the feed ends now: nothing before it will still be committed. Second: where it will go on.</summary>
    public async Task<(long Settled, long Newest)> EndAsync(CancellationToken cancellationToken) =>
        (
            await link.QueryAsync(
                new Statement(
                    postgres
                        ? "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() s"
                        : "SELECT coalesce(max(rowid), 0) + 1, coalesce(max(rowid), 0) + 1 FROM run_history"
                ),
                row => (row.GetInt64(0), row.GetInt64(1)),
                cancellationToken
            )
        )[0];

    /// <summary>
    /// Runs that changed at or after a position, each once, and the position after them. What is committed while an older transaction is still open is given too,
    /// and given again: a slow transaction of somebody else holds up the position, not the list.
    /// </summary>
    public async Task<(IReadOnlyList<ChangedRun> Runs, long Next)> ChangedAsync(long from, CancellationToken cancellationToken)
    {
        var (settled, _) = await EndAsync(cancellationToken);
        var column = postgres ? "tx" : "rowid";
        var far = settled - from > MostTransactions;
        var next = far ? from + MostTransactions : settled;
        var runs = await link.QueryAsync(
            new Statement(
                $"SELECT run_id, max(seq) FROM {sql.Table("run_history")} WHERE {column} >= @from{(far ? $" AND {column} < @next" : "")} GROUP BY run_id",
                ("from", from, ColumnKind.Int64),
                ("next", next, ColumnKind.Int64)
            ),
            row => new ChangedRun(sql.ReadGuid(row, 0), row.GetInt64(1)),
            cancellationToken
        );
        return (runs, next);
    }

    /// <summary>Runs accepted before a moment, the newest first.</summary>
    public Task<IReadOnlyList<(Guid RunId, DateTimeOffset AcceptedAt)>> BeforeAsync(
        DateTimeOffset? at,
        Guid? id,
        int limit,
        CancellationToken cancellationToken
    ) =>
        link.QueryAsync(
            new Statement(
                $"SELECT run_id, accepted_at FROM {sql.Table("monitor_run_source")} "
                    + (at is null ? "" : "WHERE accepted_at <= @at AND (accepted_at, run_id) < (@at, @id) ")
                    + "ORDER BY accepted_at DESC, run_id DESC LIMIT @limit",
                ("at", at, ColumnKind.Time),
                ("id", id, ColumnKind.Uuid),
                ("limit", (long)limit, ColumnKind.Int64)
            ),
            row => (sql.ReadGuid(row, 0), sql.ReadTime(row, 1)),
            cancellationToken
        );

    public Task<IReadOnlyList<RunSource>> SourcesAsync(Guid[] runs, CancellationToken cancellationToken) =>
        link.QueryAsync(
            new Statement(
                $"SELECT {RunSource.Columns} FROM {sql.Table("monitor_run_source")} WHERE {sql.AnyOf("run_id", "@runs")}",
                ("runs", runs, ColumnKind.Uuid)
            ),
            row => RunSource.Read(sql, row),
            cancellationToken
        );

    public async Task<IReadOnlyDictionary<Guid, RunSums>> SumsAsync(Guid[] runs, CancellationToken cancellationToken)
    {
        var parameter = new StatementParameter("runs", runs, ColumnKind.Uuid);
        var history = await link.QueryAsync(
            new Statement(
                // A submission that joins a run is written into its history, and changes nothing of it.
                "SELECT run_id, max(CASE WHEN type <> 'joined' THEN at END), sum(CASE WHEN type IN ('step-retry', 'compensation-retry') THEN 1 ELSE 0 END) "
                    + $"FROM {sql.Table("run_history")} WHERE {sql.AnyOf("run_id", "@runs")} GROUP BY run_id",
                parameter
            ),
            row => (RunId: sql.ReadGuid(row, 0), At: sql.Time(row, 1), Retries: (int)row.GetInt64(2)),
            cancellationToken
        );
        var journal = await link.QueryAsync(
            new Statement(
                "SELECT run_id, CAST(sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)) AS bigint), CAST(sum(coalesce(cost_micro_usd, 0)) AS bigint) "
                    + $"FROM {sql.Table("effect_journal")} WHERE {sql.AnyOf("run_id", "@runs")} AND model IS NOT NULL GROUP BY run_id",
                parameter
            ),
            row => (RunId: sql.ReadGuid(row, 0), Tokens: row.GetInt64(1), Cost: row.GetInt64(2)),
            cancellationToken
        );
        var spent = journal.ToDictionary(sum => sum.RunId);
        return history.ToDictionary(
            sum => sum.RunId,
            sum =>
                spent.TryGetValue(sum.RunId, out var model)
                    ? new RunSums(sum.At, sum.Retries, model.Tokens, model.Cost)
                    : new RunSums(sum.At, sum.Retries, 0, 0)
        );
    }

    /// <summary>How the list has these runs now: those that are not in it are missing.</summary>
    public async Task<IReadOnlyDictionary<Guid, (string Status, string? Stuck)>> ListedAsync(
        Guid[] runs,
        CancellationToken cancellationToken
    ) =>
        (
            await link.QueryAsync(
                new Statement(
                    $"SELECT run_id, status, stuck FROM {sql.Table("monitor_run")} WHERE {sql.AnyOf("run_id", "@runs")}",
                    ("runs", runs, ColumnKind.Uuid)
                ),
                row => (RunId: sql.ReadGuid(row, 0), Status: row.GetString(1), Stuck: row.Text(2)),
                cancellationToken
            )
        ).ToDictionary(row => row.RunId, row => (row.Status, row.Stuck));

    /// <summary>Those of these runs with a ballot that asks people.</summary>
    public async Task<IReadOnlySet<Guid>> AskingPeopleAsync(Guid[] runs, CancellationToken cancellationToken) =>
        (
            await link.QueryAsync(
                new Statement(
                    // The few ballots that are open, by their index.
                    $"SELECT run_id FROM {sql.Table("ballot")} WHERE status <> 'Decided' AND status = 'People' AND {sql.AnyOf("run_id", "@runs")}",
                    ("runs", runs, ColumnKind.Uuid)
                ),
                row => sql.ReadGuid(row, 0),
                cancellationToken
            )
        ).ToHashSet();

    /// <summary>Runs the list says are voted on whose ballot asks people by now: no entry of their history tells it.</summary>
    public Task<IReadOnlyList<Guid>> HandedOverAsync(int limit, CancellationToken cancellationToken) =>
        link.QueryAsync(
            new Statement(
                $"SELECT m.run_id FROM {sql.Table("ballot")} b JOIN {sql.Table("monitor_run")} m ON m.run_id = b.run_id "
                    + "WHERE b.status <> 'Decided' AND b.status = 'People' AND m.wait_kind = 'ballot' LIMIT @limit",
                ("limit", (long)limit, ColumnKind.Int64)
            ),
            row => sql.ReadGuid(row, 0),
            cancellationToken
        );

    /// <summary>Ended runs of the list, in the order of their acceptance or of their ids, from a place on.</summary>
    public Task<IReadOnlyList<Guid>> OldestEndedAsync(int limit, CancellationToken cancellationToken) =>
        link.QueryAsync(
            new Statement(
                $"SELECT run_id FROM {sql.Table("monitor_run")} WHERE ended_at IS NOT NULL ORDER BY accepted_at, run_id LIMIT @limit",
                ("limit", (long)limit, ColumnKind.Int64)
            ),
            row => sql.ReadGuid(row, 0),
            cancellationToken
        );

    public Task<IReadOnlyList<Guid>> AfterAsync(Guid after, int limit, CancellationToken cancellationToken) =>
        link.QueryAsync(
            new Statement(
                $"SELECT run_id FROM {sql.Table("monitor_run")} WHERE run_id > @after ORDER BY run_id LIMIT @limit",
                ("after", after, ColumnKind.Uuid),
                ("limit", (long)limit, ColumnKind.Int64)
            ),
            row => sql.ReadGuid(row, 0),
            cancellationToken
        );

    /// <summary>Those of the runs that are there.</summary>
    public async Task<IReadOnlySet<Guid>> ExistingAsync(Guid[] runs, CancellationToken cancellationToken) =>
        (
            await link.QueryAsync(
                new Statement(
                    $"SELECT run_id FROM {sql.Table("monitor_run_source")} WHERE {sql.AnyOf("run_id", "@runs")}",
                    ("runs", runs, ColumnKind.Uuid)
                ),
                row => sql.ReadGuid(row, 0),
                cancellationToken
            )
        ).ToHashSet();
}
