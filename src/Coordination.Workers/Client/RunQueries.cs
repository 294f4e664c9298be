using System.Data.Common;
using System.Text.Json;
using Coordination.Persistence;

namespace Coordination.Workers;

/// <summary>Reads runs through the stable views <c>coord_v1_runs</c> and <c>coord_v1_rejections</c>.</summary>
internal sealed class RunQueries(IUnitOfWorkFactory units)
{
    private readonly SqlDialect sql = units.Dialect;

    public async Task<RunInfo?> FindAsync(Guid runId, CancellationToken cancellationToken)
    {
        var id = new StatementParameter("run", runId, ColumnKind.Uuid);
        var runs = await units.QueryAsync(
            new Statement(
                $"SELECT status, reason, failed_step, compensated, outputs FROM {sql.Table("coord_v1_runs")} WHERE run_id = @run",
                id
            ),
            row => new RunInfo
            {
                RunId = runId,
                Status = row.GetString(0).ToLowerInvariant(),
                Reason = Text(row, 1),
                FailedStep = Text(row, 2),
                Compensated = Text(row, 3) is { } steps ? JsonSerializer.Deserialize<List<string>>(steps)! : [],
                Outputs = Text(row, 4) is { } outputs
                    ? JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(outputs)!
                    : new Dictionary<string, JsonElement>(StringComparer.Ordinal),
            },
            cancellationToken
        );
        if (runs.Count > 0)
        {
            return runs[0];
        }

        var rejections = await units.QueryAsync(
            new Statement($"SELECT reason, problems FROM {sql.Table("coord_v1_rejections")} WHERE run_id = @run", id),
            row => new RunInfo
            {
                RunId = runId,
                Status = "rejected",
                Reason = Text(row, 0),
                Problems = Text(row, 1) is { } problems ? JsonSerializer.Deserialize<JsonElement>(problems) : null,
            },
            cancellationToken
        );
        return rejections.Count > 0 ? rejections[0] : null;
    }

    public Task<IReadOnlyList<string>> AgentTypesAsync(CancellationToken cancellationToken) =>
        units.QueryAsync(
            new Statement($"SELECT DISTINCT agent_type FROM {sql.Table("coord_v1_agents")} ORDER BY agent_type"),
            row => row.GetString(0),
            cancellationToken
        );

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
