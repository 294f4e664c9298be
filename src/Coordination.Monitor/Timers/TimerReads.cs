using System.Data.Common;
using Coordination.Persistence;
using Coordination.Sagas.Runs;

namespace Coordination.Monitor;

/// <summary>
/// Reads timers, the next first. They lie among messages in the outbox: those overdue among the first that are due, the others behind now, where there is hardly
/// anything but timers. A run's are found by the handles they must have.
/// </summary>
internal sealed class TimerReads(Reads reads)
{
    private const string Columns = "token, due_at, message_type, destination, kind, step_id, attempt, attempts, last_error, id, group_id";

    private readonly SqlDialect sql = reads.Dialect;

    public async Task<TimerPage> PageAsync(Guid? run, string? after, int size, CancellationToken cancellationToken)
    {
        if (run is { } one)
            return new TimerPage(await OfRunAsync(one, cancellationToken), null);
        var (part, at, id) = Cursor.Place(after);
        var overdue = List(0, $"due_at <= (SELECT {sql.Now})", part == 0 ? at : "", id);
        var ahead = List(1, $"due_at > (SELECT {sql.Now})", part == 1 ? at : "", id);
        var (rows, next) = await Listing.PageAsync(
            reads,
            part == 0 ? overdue : null,
            ahead,
            Cursor.Write(1, "", ""),
            size,
            cancellationToken
        );
        return new TimerPage(await NamedAsync(rows, cancellationToken), next);
    }

    /// <summary>All of a run.</summary>
    public async Task<IReadOnlyList<TimerRow>> OfRunAsync(Guid run, CancellationToken cancellationToken)
    {
        var steps = await reads.QueryAsync(
            new Statement(
                $"SELECT step_id, attempt FROM {sql.Table("coord_v1_steps")} WHERE run_id = @run",
                new StatementParameter("run", run, ColumnKind.Uuid)
            ),
            row => (StepId: row.GetString(0), Attempt: row.GetInt32(1)),
            cancellationToken
        );
        RunTimer[] possible =
        [
            new(RunTimerKind.Deadline),
            new(RunTimerKind.Window),
            new(RunTimerKind.Stop),
            .. steps.SelectMany(step =>
                new[] { RunTimerKind.Timeout, RunTimerKind.Retry, RunTimerKind.Question }.Select(kind => new RunTimer(
                    kind,
                    step.StepId,
                    step.Attempt
                ))
            ),
        ];
        var found = await reads.QueryAsync(
            new Statement(
                $"SELECT {Columns} FROM {sql.Table("coord_v1_timers")} WHERE {sql.AnyOf("token", "@tokens")} ORDER BY due_at, id",
                new StatementParameter("tokens", possible.Select(timer => timer.Token(run)).ToArray(), ColumnKind.Uuid)
            ),
            Read,
            cancellationToken
        );
        return await NamedAsync(found, cancellationToken);
    }

    private Listing<Found> List(int part, string where, string at, string id) =>
        new()
        {
            Source = part == 0 ? sql.Table("coord_v1_outbox") : sql.Table("coord_v1_timers"),
            Columns =
                part == 0
                    ? Columns.Replace(
                        "kind, step_id, attempt,",
                        $"{Said("kind")}, {Said("step_id")}, {Said("attempt")},",
                        StringComparison.Ordinal
                    )
                    : Columns,
            Order = "due_at, id",
            Where = [where, .. at == "" ? (string[])[] : ["(due_at, id) > (@at, @id)"]],
            Filters = part == 0 ? ["token IS NOT NULL", "handed_over_at IS NULL"] : [],
            // With more messages due than are looked at, nothing fires on time anyway.
            GoesOn = false,
            Parameters =
                at == ""
                    ? []
                    : [("at", Cursor.Time(at), ColumnKind.Time), ("id", long.TryParse(id, out var last) ? last : 0, ColumnKind.Int64)],
            Read = Read,
            CursorOf = found => Cursor.Write(part, found.Row.DueAt, $"{found.Id}"),
        };

    // What a timer says is read for the rows that are shown, not for all that are looked at.
    private string Said(string column) =>
        $"(SELECT t.{column} FROM {sql.Table("coord_v1_timers")} t WHERE t.token = listed.token) AS {column}";

    private async Task<IReadOnlyList<TimerRow>> NamedAsync(IReadOnlyList<Found> found, CancellationToken cancellationToken)
    {
        var groups = found.Select(timer => timer.Group).OfType<Guid>().Distinct().ToArray();
        if (groups.Length == 0)
            return [.. found.Select(timer => timer.Row)];
        var runs = (
            await reads.QueryAsync(
                new Statement(
                    $"""
                    SELECT run_id, run_id, name FROM {sql.Table("coord_v1_runs")} WHERE {sql.AnyOf("run_id", "@groups")}
                    UNION ALL
                    SELECT b.ballot_id, b.run_id, r.name FROM {sql.Table("coord_v1_ballots")} b LEFT JOIN {sql.Table(
                        "coord_v1_runs"
                    )} r ON r.run_id = b.run_id
                    WHERE {sql.AnyOf("b.ballot_id", "@groups")} AND b.run_id IS NOT NULL
                    """,
                    new StatementParameter("groups", groups, ColumnKind.Uuid)
                ),
                row => (Group: sql.ReadGuid(row, 0), Run: sql.ReadGuid(row, 1), Name: row.Text(2)),
                cancellationToken
            )
        )
            .DistinctBy(run => run.Group)
            .ToDictionary(run => run.Group);
        return
        [
            .. found.Select(timer =>
                timer.Group is { } group && runs.TryGetValue(group, out var run)
                    ? timer.Row with
                    {
                        RunId = run.Run,
                        RunName = run.Name,
                    }
                    : timer.Row
            ),
        ];
    }

    private Found Read(DbDataReader row) =>
        new(
            new TimerRow(
                sql.ReadGuid(row, 0),
                sql.ReadTime(row, 1),
                row.GetString(2),
                row.GetString(3),
                TimerWords.Of(row.GetString(2), row.Text(4), row.Text(5), row.Text(6)),
                null,
                null,
                row.GetInt32(7),
                row.Text(8)
            ),
            row.GetInt64(9),
            sql.Id(row, 10)
        );

    private sealed record Found(TimerRow Row, long Id, Guid? Group);
}
