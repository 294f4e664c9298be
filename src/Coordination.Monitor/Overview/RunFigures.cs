using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>What the overview says of runs, from the projected list of runs (<c>monitor_run</c>, <c>monitor_count</c>).</summary>
internal sealed class RunFigures(Reads reads)
{
    public const int Most = 1_000;
    private const int MostCounted = 100_000;
    private static readonly TimeSpan RateOver = TimeSpan.FromMinutes(5);

    private readonly SqlDialect sql = reads.Dialect;

    public async Task<IReadOnlyDictionary<string, long>> CountsAsync(CancellationToken cancellationToken) =>
        (
            await reads.QueryAsync(
                new Statement($"SELECT status, runs FROM {sql.Table("monitor_count")} ORDER BY status"),
                row => (Status: row.GetString(0), Runs: row.GetInt64(1)),
                cancellationToken
            )
        ).ToDictionary(count => count.Status, count => count.Runs, StringComparer.Ordinal);

    /// <summary>Runs that do not move, up to <see cref="Most"/>, and since when the first of them.</summary>
    public async Task<(int Count, DateTimeOffset? Since, Guid? Only, string? Why)> StuckAsync(CancellationToken cancellationToken)
    {
        var rows = await reads.QueryAsync(
            new Statement(
                $"SELECT run_id, updated_at, stuck FROM {sql.Table("monitor_run")} WHERE stuck IS NOT NULL ORDER BY accepted_at, run_id LIMIT {Most}"
            ),
            row => (Run: sql.ReadGuid(row, 0), At: sql.ReadTime(row, 1), Why: row.GetString(2)),
            cancellationToken
        );
        return rows.Count == 0
            ? (0, null, null, null)
            : (rows.Count, rows.Min(row => row.At), rows is [var only] ? only.Run : null, rows[0].Why);
    }

    /// <summary>Questions agents have asked people, but for those about effects; of the first 200 runs that have any.</summary>
    public async Task<IReadOnlyList<OpenQuestion>> QuestionsAsync(CancellationToken cancellationToken) =>
        await reads.QueryAsync(
            new Statement(
                $"""
                SELECT s.run_id, r.name, s.step_id, s.agent_type, s.waiting_on, s.wait_ends_at, r.updated_at
                FROM (SELECT run_id, name, updated_at FROM {sql.Table("monitor_run")} WHERE questions > 0 ORDER BY run_id LIMIT 200) r
                JOIN {sql.Table("coord_v1_steps")} s ON s.run_id = r.run_id
                WHERE s.question_id IS NOT NULL AND s.question_id NOT LIKE @effect
                """,
                new StatementParameter("effect", Contracts.V1.InputRequired.EffectQuestion + "%", ColumnKind.Text)
            ),
            row => new OpenQuestion(
                sql.ReadGuid(row, 0),
                row.GetString(1),
                row.GetString(2),
                row.GetString(3),
                row.Text(4),
                sql.Time(row, 5),
                sql.ReadTime(row, 6)
            ),
            cancellationToken
        );

    /// <summary>Runs that failed or expired since then.</summary>
    public async Task<(int Count, DateTimeOffset? First)> FailedAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        (
            await reads.QueryAsync(
                new Statement(
                    $"""
                    SELECT count(*), min(ended_at) FROM (SELECT ended_at FROM {sql.Table("monitor_run")}
                        WHERE ended_at > @since AND status IN ('failed', 'expired') LIMIT {MostCounted}) AS failed
                    """,
                    new StatementParameter("since", since, ColumnKind.Time)
                ),
                row => ((int)row.GetInt64(0), sql.Time(row, 1)),
                cancellationToken
            )
        )[0];

    public async Task<RunRates> RatesAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var runs = sql.Table("monitor_run");
        var (started, ended, failed) = (
            await reads.QueryAsync(
                new Statement(
                    $"""
                    SELECT (SELECT count(*) FROM (SELECT 1 AS one FROM {runs} WHERE accepted_at > @since LIMIT {MostCounted}) AS started),
                        count(*), count(*) FILTER (WHERE status IN ('failed', 'expired'))
                    FROM (SELECT status FROM {runs} WHERE ended_at > @since LIMIT {MostCounted}) AS ended
                    """,
                    new StatementParameter("since", now - RateOver, ColumnKind.Time)
                ),
                row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)),
                cancellationToken
            )
        )[0];
        var minutes = RateOver.TotalMinutes;
        return new RunRates(started / minutes, ended / minutes, failed / minutes, (int)minutes);
    }

    /// <summary>What has waited longest, of the <see cref="Most"/> runs that have not changed for the longest time: runs of one name at one step are one row.</summary>
    public async Task<IReadOnlyList<WaitRow>> WaitsAsync(int count, CancellationToken cancellationToken)
    {
        var quiet = await reads.QueryAsync(
            new Statement(
                $"SELECT run_id, name, current_step, wait_kind, waits_for, updated_at, wait_ends_at FROM {sql.Table("monitor_run")} "
                    + $"WHERE ended_at IS NULL ORDER BY updated_at LIMIT {Most}"
            ),
            row => new WaitRow(
                sql.ReadGuid(row, 0),
                row.GetString(1),
                row.Text(2) ?? "",
                "",
                row.Text(3) ?? "",
                row.Text(4) ?? "",
                sql.ReadTime(row, 5),
                sql.Time(row, 6),
                1
            ),
            cancellationToken
        );
        var groups = quiet
            .Where(wait => wait is { StepId.Length: > 0, Kind.Length: > 0 })
            .GroupBy(wait => (wait.RunName, wait.StepId, wait.Kind))
            .Select(group => group.First() with { Count = group.Count(), Until = group.Min(wait => wait.Until) })
            .Take(count)
            .ToList();
        var steps = await StepsAsync([.. groups.Select(wait => wait.RunId)], cancellationToken);
        return
        [
            .. groups.Select(wait =>
                steps.TryGetValue((wait.RunId, wait.StepId), out var step)
                    ? wait with
                    {
                        AgentType = step.AgentType,
                        Since = step.StartedAt ?? wait.Since,
                    }
                    : wait
            ),
        ];
    }

    private async Task<IReadOnlyDictionary<(Guid, string), (string AgentType, DateTimeOffset? StartedAt)>> StepsAsync(
        Guid[] runs,
        CancellationToken cancellationToken
    ) =>
        runs.Length == 0
            ? new Dictionary<(Guid, string), (string, DateTimeOffset?)>()
            : (
                await reads.QueryAsync(
                    new Statement(
                        $"SELECT run_id, step_id, agent_type, started_at FROM {sql.Table("coord_v1_steps")} WHERE {sql.AnyOf("run_id", "@runs")}",
                        new StatementParameter("runs", runs, ColumnKind.Uuid)
                    ),
                    row => (Run: sql.ReadGuid(row, 0), Step: row.GetString(1), Agent: row.GetString(2), At: sql.Time(row, 3)),
                    cancellationToken
                )
            ).ToDictionary(step => (step.Run, step.Step), step => (step.Agent, step.At));
}

/// <summary>A question a person can answer.</summary>
internal sealed record OpenQuestion(
    Guid RunId,
    string RunName,
    string StepId,
    string AgentType,
    string? What,
    DateTimeOffset? EndsAt,
    DateTimeOffset Since
);
