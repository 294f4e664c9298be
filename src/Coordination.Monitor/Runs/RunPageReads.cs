using System.Net;
using System.Text.Json;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>Reads what a run's page shows, by the run's key through the stable views.</summary>
internal sealed class RunPageReads(Reads reads)
{
    private const int MostEntries = 20_000;
    private readonly SqlDialect sql = reads.Dialect;
    private readonly ProjectionReads sources = new(reads, reads.IsPostgres);
    private readonly RunListReads list = new(reads);

    /// <summary>The run, or the run a submission joined.</summary>
    /// <exception cref="Refusal">There is none.</exception>
    public async Task<RunFile> FileAsync(Guid asked, CancellationToken cancellationToken)
    {
        var found = await reads.QueryAsync(
            new Statement(
                "SELECT run_id, tenant, name, status, reason, requester, business_scope, accepted_at, deadline_at, ended_at, failed_step, compensated, "
                    + $"transaction_id, joined_run_id FROM {sql.Table("coord_v1_runs")} WHERE run_id = @run",
                ("run", asked, ColumnKind.Uuid)
            ),
            row =>
                (
                    Run: new RunRow(
                        sql.Id(row, 13) ?? sql.ReadGuid(row, 0),
                        row.GetString(1),
                        row.GetString(2),
                        row.GetString(3),
                        row.Text(4),
                        row.GetString(5),
                        row.Text(6),
                        sql.ReadTime(row, 7),
                        sql.Time(row, 8),
                        sql.Time(row, 9),
                        row.Text(10),
                        row.Texts(11),
                        sql.ReadGuid(row, 12)
                    ),
                    Joined: row.IsDBNull(13) ? (Guid?)null : asked
                ),
            cancellationToken
        );
        if (found is not [var (run, joined), ..])
            throw await MissingAsync(asked, cancellationToken);
        var id = new StatementParameter("run", run.RunId, ColumnKind.Uuid);
        return new RunFile(
            run,
            joined,
            await PlanAsync(id, cancellationToken),
            await StepsAsync(id, cancellationToken),
            await HistoryAsync(id, cancellationToken)
        );
    }

    /// <summary>The run as the list shows it, made now, and its trace.</summary>
    public async Task<(RunSummary Run, string? TraceId)> SummaryAsync(Guid runId, CancellationToken cancellationToken)
    {
        var source = await sources.SourcesAsync([runId], cancellationToken);
        if (source is not [var run])
            throw Refusal.NotFound($"There is no run {runId}.");
        var sums = await sources.SumsAsync([runId], cancellationToken);
        var listed = await list.FindAsync(runId, cancellationToken);
        var asking = await sources.AskingPeopleAsync([runId], cancellationToken);
        return (
            RunProjection.Of(run, sums.GetValueOrDefault(runId, RunSums.None), listed?.Stuck, listed?.Version ?? 0, asking.Contains(runId)),
            run.TraceId
        );
    }

    public async Task<(long Input, long Output, long Cost)> SpentAsync(RunFile file, CancellationToken cancellationToken) =>
        (
            await reads.QueryAsync(
                new Statement(
                    "SELECT CAST(coalesce(sum(input_tokens), 0) AS bigint), CAST(coalesce(sum(output_tokens), 0) AS bigint), CAST(coalesce(sum(cost_micro_usd), 0) AS bigint) "
                        + $"FROM {sql.Table("coord_v1_journal")} WHERE run_id = @run AND model IS NOT NULL"
                        + (file.Moment is null ? "" : " AND at <= @until"),
                    [("run", file.Run.RunId, ColumnKind.Uuid), .. Until(file)]
                ),
                row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)),
                cancellationToken
            )
        )[0];

    /// <summary>The open questions, by step. Their text is for everybody; what agents and people gave is not read.</summary>
    public async Task<IReadOnlyDictionary<string, QuestionView>> QuestionsAsync(RunFile file, CancellationToken cancellationToken)
    {
        if (!file.Steps.Any(step => step.Status == StepWords.InputWait))
            return new Dictionary<string, QuestionView>(StringComparer.Ordinal);
        var rows = await reads.QueryAsync(
            new Statement(
                $"SELECT step_id, body FROM {sql.Table("coord_v1_payloads")} WHERE run_id = @run AND kind = 'question'",
                ("run", file.Run.RunId, ColumnKind.Uuid)
            ),
            row => (StepId: row.GetString(0), Body: row.Json(1)),
            cancellationToken
        );
        var irreversible = file.Steps.Any(step => step.QuestionId is { } question && Questions.EffectOf(question) is not null)
            ? await IrreversibleAsync(file.Run.RunId, cancellationToken)
            : [];
        var asked = file.Steps.ToDictionary(step => step.StepId, step => step.QuestionId, StringComparer.Ordinal);
        return rows.Where(row => row.Body is not null)
            .ToDictionary(
                row => row.StepId,
                row =>
                    Questions.View(
                        row.Body!.Value,
                        file.History.LastOrDefault(entry => entry.StepId == row.StepId && entry.Event == "question-asked")?.At,
                        asked.GetValueOrDefault(row.StepId) is { } id
                            && Questions.EffectOf(id) is { } effect
                            && irreversible.Contains(effect)
                    ),
                StringComparer.Ordinal
            );
    }

    private async Task<HashSet<string>> IrreversibleAsync(Guid runId, CancellationToken cancellationToken) =>
        [
            .. await reads.QueryAsync(
                new Statement(
                    $"SELECT effect_key FROM {sql.Table("coord_v1_effects")} WHERE run_id = @run AND class = 'irreversible'",
                    ("run", runId, ColumnKind.Uuid)
                ),
                row => row.GetString(0),
                cancellationToken
            ),
        ];

    public Task<IReadOnlyList<JournalRow>> JournalAsync(RunFile file, long after, int limit, CancellationToken cancellationToken) =>
        reads.QueryAsync(
            new Statement(
                "SELECT seq, at, kind, step_id, compensating, attempt, worker, tool, class, effect_key, status, code, detail, model, input_tokens, output_tokens, "
                    + $"cost_micro_usd, duration_ms, trace_id FROM {sql.Table("coord_v1_journal")} WHERE run_id = @run AND seq > @after{(file.Moment is null ? "" : " AND at <= @until")} "
                    + "ORDER BY seq LIMIT @limit",
                [
                    ("run", file.Run.RunId, ColumnKind.Uuid),
                    ("after", after, ColumnKind.Int64),
                    ("limit", (long)limit, ColumnKind.Int64),
                    .. Until(file),
                ]
            ),
            row => new JournalRow(
                row.GetInt64(0),
                sql.ReadTime(row, 1),
                row.GetString(2),
                row.GetString(3),
                row.GetBoolean(4),
                row.GetInt32(5),
                row.GetString(6),
                row.Text(7),
                row.Text(8),
                row.Text(9),
                row.Text(10),
                row.Text(11),
                row.Text(12),
                row.Text(13),
                row.Long(14),
                row.Long(15),
                row.Long(16),
                row.Long(17),
                row.Text(18)
            ),
            cancellationToken
        );

    public Task<IReadOnlyList<ClaimRow>> ClaimsAsync(Guid runId, CancellationToken cancellationToken) =>
        reads.QueryAsync(
            new Statement(
                $"SELECT step_id, attempt, agent_type, owner, epoch, crashes, claimed_at, expires_at, expires_at < (SELECT {sql.Now}) "
                    + $"FROM {sql.Table("coord_v1_claims")} WHERE run_id = @run AND state = 'open' ORDER BY claimed_at LIMIT 500",
                ("run", runId, ColumnKind.Uuid)
            ),
            row => new ClaimRow(
                row.GetString(0),
                row.GetInt32(1),
                row.GetString(2),
                row.Text(3),
                row.GetInt64(4),
                row.GetInt32(5),
                sql.ReadTime(row, 6),
                sql.ReadTime(row, 7),
                row.GetBoolean(8)
            ),
            cancellationToken
        );

    public Task<IReadOnlyList<BodyRow>> BodiesAsync(Guid runId, CancellationToken cancellationToken) =>
        reads.QueryAsync(
            new Statement(
                $"SELECT step_id, kind, name, body FROM {sql.Table("coord_v1_payloads")} WHERE run_id = @run AND kind <> 'question' ORDER BY step_id, kind",
                ("run", runId, ColumnKind.Uuid)
            ),
            row => new BodyRow(row.GetString(0), row.GetString(1), row.Text(2), row.Text(3)),
            cancellationToken
        );

    private static StatementParameter[] Until(RunFile file) => file.Moment is { } moment ? [("until", moment, ColumnKind.Time)] : [];

    private Task<IReadOnlyList<PlanStepRow>> PlanAsync(StatementParameter id, CancellationToken cancellationToken) =>
        reads.QueryAsync(
            new Statement(
                "SELECT position, step_id, agent_type, depends_on, pivot, optional, undone_by, electorate, policy, agents "
                    + $"FROM {sql.Table("coord_v1_plan_steps")} WHERE run_id = @run ORDER BY position",
                id
            ),
            row => new PlanStepRow(
                row.GetInt32(0),
                row.GetString(1),
                row.GetString(2),
                row.Texts(3),
                row.GetBoolean(4),
                row.GetBoolean(5),
                row.Text(6),
                row.IsDBNull(7) ? null : row.Texts(7),
                row.Text(8),
                !row.IsDBNull(7) || !row.IsDBNull(9)
            ),
            cancellationToken
        );

    private Task<IReadOnlyList<StepRow>> StepsAsync(StatementParameter id, CancellationToken cancellationToken) =>
        reads.QueryAsync(
            new Statement(
                "SELECT step_id, status, attempt, reason, detail, incident_id, waiting_on, wait_ends_at, question_id, percent, note, completed_as, in_doubt, started_at, "
                    + $"ended_at FROM {sql.Table("coord_v1_steps")} WHERE run_id = @run ORDER BY position",
                id
            ),
            row => new StepRow(
                row.GetString(0),
                row.GetString(1),
                row.GetInt32(2),
                row.Text(3),
                row.Text(4),
                row.Text(5),
                row.Text(6),
                sql.Time(row, 7),
                row.Text(8),
                row.Int(9),
                row.Text(10),
                row.Int(11),
                row.GetBoolean(12),
                sql.Time(row, 13),
                sql.Time(row, 14)
            ),
            cancellationToken
        );

    private Task<IReadOnlyList<RunEvent>> HistoryAsync(StatementParameter id, CancellationToken cancellationToken) =>
        reads.QueryAsync(
            new Statement(
                $"SELECT id, at, event, step_id, attempt, detail, message_id, causation_id FROM {sql.Table("coord_v1_history")} WHERE run_id = @run ORDER BY id LIMIT @limit",
                id,
                ("limit", (long)MostEntries, ColumnKind.Int64)
            ),
            row => new RunEvent(
                (int)row.GetInt64(0),
                sql.ReadTime(row, 1),
                row.GetString(2),
                row.Text(3),
                row.Int(4),
                row.IsDBNull(5)
                    ? new Dictionary<string, string>(StringComparer.Ordinal)
                    : JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(5))!,
                sql.ReadGuid(row, 6),
                sql.Id(row, 7)
            ),
            cancellationToken
        );

    private async Task<Refusal> MissingAsync(Guid asked, CancellationToken cancellationToken)
    {
        var refused = await reads.QueryAsync(
            new Statement(
                $"SELECT reason, problems FROM {sql.Table("coord_v1_rejections")} WHERE run_id = @run",
                ("run", asked, ColumnKind.Uuid)
            ),
            row => (Reason: row.GetString(0), Problems: row.GetString(1)),
            cancellationToken
        );
        if (refused is not [var (reason, problems), ..])
            return Refusal.Of(
                HttpStatusCode.NotFound,
                "NOT_FOUND",
                "There is no such run",
                $"No run {asked} is known. It may have been removed after its time."
            );
        var said = JsonSerializer.Deserialize<List<BodyProblem>>(problems, MonitorJson.Options) ?? [];
        return Refusal.Of(
            HttpStatusCode.NotFound,
            "REJECTED",
            "The submission was refused",
            $"{reason}: {said.FirstOrDefault()?.Message ?? "no problem was noted"}"
        );
    }
}
