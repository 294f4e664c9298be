using System.Data.Common;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>The ballots of a run.</summary>
internal static class RunBallots
{
    public static IEnumerable<Guid> Of(IEnumerable<RunEvent> history) =>
        history
            .Where(entry => entry.Event == "ballot-opened")
            .Select(entry => Guid.TryParse(entry.Detail.GetValueOrDefault("ballot"), out var ballot) ? ballot : (Guid?)null)
            .OfType<Guid>()
            .Distinct();

    public static BallotSummary Read(SqlDialect sql, DbDataReader row) =>
        new(
            sql.ReadGuid(row, 0),
            row.GetString(1),
            sql.Id(row, 2),
            row.GetString(3),
            row.GetString(4),
            row.GetString(5),
            row.GetString(6),
            row.Texts(7),
            row.GetInt32(8),
            row.GetInt32(9),
            row.GetString(10),
            row.Text(11),
            row.Text(12),
            row.Text(13),
            row.Int(14),
            sql.Time(row, 15),
            sql.Time(row, 16),
            sql.Time(row, 17)
        );
}
