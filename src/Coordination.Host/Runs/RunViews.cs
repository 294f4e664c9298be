using System.Text.Json;
using Npgsql;

namespace Coordination.Host.Runs;

/// <summary>Reads runs through the stable views <c>coord_v1_*</c>.</summary>
internal sealed class RunViews(NpgsqlDataSource database)
{
    private const string RunColumns =
        "run_id, name, status, reason, requester, business_scope, accepted_at, ended_at, deadline_at, failed_step, compensated, outputs, joined_run_id";

    public async Task<IReadOnlyList<RunRow>> ListAsync(IReadOnlyCollection<string> statuses, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"select {RunColumns} from coordination.coord_v1_runs where cardinality($1::text[]) = 0 or status = any($1) order by accepted_at desc limit $2"
        );
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. statuses] });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return await ReadAsync(command, Run, cancellationToken);
    }

    public async Task<RunRow?> FindAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var command = Of(runId, $"select {RunColumns} from coordination.coord_v1_runs where run_id = $1");
        return await ReadAsync(command, Run, cancellationToken) is [var run, ..] ? run : null;
    }

    public async Task<IReadOnlyList<StepRow>> StepsAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var command = Of(
            runId,
            """
            select step_id, agent_type, status, attempt, reason, detail, waiting_on, question_id, percent, note, in_doubt, started_at, ended_at
            from coordination.coord_v1_steps where run_id = $1 order by position
            """
        );
        return await ReadAsync(command, Step, cancellationToken);
    }

    /// <summary>What happened to a run after the entry <paramref name="after"/>, in order.</summary>
    public async Task<IReadOnlyList<HistoryRow>> HistoryAsync(Guid runId, long after, CancellationToken cancellationToken)
    {
        await using var command = Of(
            runId,
            "select id, at, event, step_id, attempt, detail from coordination.coord_v1_history where run_id = $1 and id > $2 order by id limit 1000"
        );
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        return await ReadAsync(
            command,
            row => new HistoryRow(
                row.GetInt64(0),
                row.GetFieldValue<DateTimeOffset>(1),
                row.GetString(2),
                Text(row, 3),
                row.IsDBNull(4) ? null : row.GetInt32(4),
                Json(row, 5)
            ),
            cancellationToken
        );
    }

    private NpgsqlCommand Of(Guid runId, string sql)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = runId });
        return command;
    }

    private static RunRow Run(NpgsqlDataReader row) =>
        new()
        {
            RunId = row.GetGuid(0),
            Name = row.GetString(1),
            Status = row.GetString(2),
            Reason = Text(row, 3),
            Requester = row.GetString(4),
            BusinessScope = Text(row, 5),
            AcceptedAt = row.GetFieldValue<DateTimeOffset>(6),
            EndedAt = Time(row, 7),
            DeadlineAt = Time(row, 8),
            FailedStep = Text(row, 9),
            Compensated = Json(row, 10),
            Outputs = Json(row, 11),
            JoinedRunId = row.IsDBNull(12) ? null : row.GetGuid(12),
        };

    private static StepRow Step(NpgsqlDataReader row) =>
        new()
        {
            StepId = row.GetString(0),
            AgentType = row.GetString(1),
            Status = row.GetString(2),
            Attempt = row.IsDBNull(3) ? 0 : row.GetInt32(3),
            Reason = Text(row, 4),
            Detail = Text(row, 5),
            WaitingOn = Text(row, 6),
            QuestionId = Text(row, 7),
            Percent = row.IsDBNull(8) ? null : row.GetInt32(8),
            Note = Text(row, 9),
            InDoubt = row.GetBoolean(10),
            StartedAt = Time(row, 11),
            EndedAt = Time(row, 12),
        };

    private static async Task<IReadOnlyList<T>> ReadAsync<T>(
        NpgsqlCommand command,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken
    )
    {
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private static JsonElement? Json(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : JsonSerializer.Deserialize<JsonElement>(row.GetString(column));
}
