using System.Data.Common;
using System.Text.Json;
using Coordination.Persistence;

namespace Coordination.Workers;

/// <summary>Reads ballots through the stable views <c>coord_v1_ballots</c>, <c>coord_v1_ballot_rejections</c> and <c>coord_v1_ballot_record</c>.</summary>
internal sealed class BallotQueries(IUnitOfWorkFactory units)
{
    private const string Columns =
        "ballot_id, tenant, run_id, policy, tier, requester, question, options, voters, round, status, outcome, option, decided_by, people, "
        + "opened_at, ends_at, decided_at";

    private readonly SqlDialect sql = units.Dialect;

    public async Task<BallotInfo?> FindAsync(Guid ballotId, CancellationToken cancellationToken)
    {
        var id = new StatementParameter("ballot", ballotId, ColumnKind.Uuid);
        var found = await units.QueryAsync(
            new Statement($"SELECT {Columns} FROM {sql.Table("coord_v1_ballots")} WHERE ballot_id = @ballot", id),
            Read,
            cancellationToken
        );
        if (found.Count > 0)
        {
            return found[0];
        }

        var refused = await units.QueryAsync(
            new Statement(
                $"SELECT tenant, reason, problems FROM {sql.Table("coord_v1_ballot_rejections")} WHERE ballot_id = @ballot ORDER BY at",
                id
            ),
            row => new BallotInfo
            {
                BallotId = ballotId,
                Tenant = row.GetString(0),
                Policy = "",
                Tier = "",
                Requester = "",
                Question = "",
                Options = [],
                Voters = 0,
                Round = 0,
                Status = "refused",
                Outcome = row.GetString(1),
                Problems = row.GetString(2),
            },
            cancellationToken
        );
        return refused.Count > 0 ? refused[0] : null;
    }

    /// <summary>The latest first.</summary>
    public Task<IReadOnlyList<BallotInfo>> ListAsync(string? status, Guid? runId, int limit, CancellationToken cancellationToken)
    {
        var condition = (status, runId) switch
        {
            (null, null) => "",
            (not null, null) => "WHERE status = @status ",
            (null, not null) => "WHERE run_id = @run ",
            _ => "WHERE status = @status AND run_id = @run ",
        };
        return units.QueryAsync(
            new Statement(
                $"SELECT {Columns} FROM {sql.Table("coord_v1_ballots")} {condition}ORDER BY opened_at DESC LIMIT @limit",
                ("status", status, ColumnKind.Text),
                ("run", runId, ColumnKind.Uuid),
                ("limit", limit, ColumnKind.Int64)
            ),
            Read,
            cancellationToken
        );
    }

    /// <summary>Empty while votes are sealed.</summary>
    public Task<IReadOnlyList<BallotLine>> RecordAsync(Guid ballotId, CancellationToken cancellationToken) =>
        units.QueryAsync(
            new Statement(
                $"SELECT seq, at, kind, line, hash, record_hash FROM {sql.Table("coord_v1_ballot_record")} WHERE ballot_id = @ballot ORDER BY seq",
                ("ballot", ballotId, ColumnKind.Uuid)
            ),
            row => new BallotLine(
                ballotId,
                row.GetInt32(0),
                sql.ReadTime(row, 1),
                row.GetString(2),
                row.GetString(3),
                row.GetString(4),
                row.GetString(5)
            ),
            cancellationToken
        );

    private BallotInfo Read(DbDataReader row) =>
        new()
        {
            BallotId = sql.ReadGuid(row, 0),
            Tenant = row.GetString(1),
            RunId = row.IsDBNull(2) ? null : sql.ReadGuid(row, 2),
            Policy = row.GetString(3),
            Tier = row.GetString(4),
            Requester = row.GetString(5),
            Question = row.GetString(6),
            Options = JsonSerializer.Deserialize<List<string>>(row.GetString(7))!,
            Voters = row.GetInt32(8),
            Round = row.GetInt32(9),
            Status = row.GetString(10),
            Outcome = Text(row, 11),
            Option = Text(row, 12),
            DecidedBy = Text(row, 13),
            People = row.IsDBNull(14) ? null : row.GetInt32(14),
            OpenedAt = Time(row, 15),
            EndsAt = Time(row, 16),
            DecidedAt = Time(row, 17),
        };

    private DateTimeOffset? Time(DbDataReader row, int column) => row.IsDBNull(column) ? null : sql.ReadTime(row, column);

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
