using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>Turns a filter into the targets it means, once, as of a time.</summary>
internal sealed class OperationSelection(Reads reads, RunListReads runs, GroupReads groups)
{
    /// <summary>Targets of one operation at most.</summary>
    public const int Most = 100_000;

    private const int RunsAtOnce = 1_000;
    private readonly SqlDialect sql = reads.Dialect;

    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) =>
        (await reads.QueryAsync(new Statement($"SELECT {sql.Now}"), row => sql.ReadTime(row, 0), cancellationToken))[0];

    /// <exception cref="Refusal">The query cannot be read.</exception>
    public async Task<IReadOnlyList<OperationTarget>> TargetsAsync(
        OperationRequest request,
        DateTimeOffset asOf,
        CancellationToken cancellationToken
    ) =>
        request.Select is not { } select ? request.Targets!
        : select.IsOfLetters ? await LettersAsync(select, asOf, cancellationToken)
        : await RunsAsync(select.Query!, asOf, cancellationToken);

    private async Task<IReadOnlyList<OperationTarget>> LettersAsync(
        OperationSelect select,
        DateTimeOffset asOf,
        CancellationToken cancellationToken
    )
    {
        string? alike = null;
        if (select.Group is { } group && (alike = await groups.AlikeAsync(group, cancellationToken)) is null)
            return [];
        string?[] conditions =
        [
            alike is null ? null : "alike = @alike",
            select.Reason is null ? null : "reason = @reason",
            select.Type is null ? null : "message_type = @type",
            select.Run is null ? null : "run_id = @run",
        ];
        return await reads.QueryAsync(
            new Statement(
                $"""
                SELECT id FROM {sql.Table("coord_v1_dead_letters")} WHERE state = 'open' AND parked_at <= @as_of
                    {string.Concat(conditions.OfType<string>().Select(condition => $"AND {condition} "))}ORDER BY id LIMIT @limit
                """,
                ("as_of", asOf, ColumnKind.Time),
                ("alike", alike, ColumnKind.Text),
                ("reason", select.Reason, ColumnKind.Text),
                ("type", select.Type, ColumnKind.Text),
                ("run", select.Run, ColumnKind.Uuid),
                ("limit", Most, ColumnKind.Int32)
            ),
            row => new OperationTarget { Letter = row.GetInt64(0) },
            cancellationToken
        );
    }

    /// <summary>Runs of the list that are not over: the others cannot be acted on.</summary>
    private async Task<IReadOnlyList<OperationTarget>> RunsAsync(string query, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        var parsed = QueryText.Parse(query);
        if (parsed.Problems is [_, ..] problems)
        {
            throw Refusal.BadRequest(
                "The query cannot be read",
                [.. problems.Select(problem => new BodyProblem("BAD_QUERY", "select.query", problem.Message))]
            );
        }
        // Those that are over cannot be acted on: the walk passes them by.
        IReadOnlyList<RunCondition> conditions = [.. RunFilter.Of(parsed.Clauses, asOf), new RunCondition.Statuses(RunStatuses.Open)];
        var targets = new List<OperationTarget>();
        RunPlace? place = null;
        do
        {
            var (rows, next) = await runs.PageAsync(conditions, RunSort.Default, place, asOf, RunsAtOnce, cancellationToken);
            targets.AddRange(
                rows.Where(run => run.EndedAt is null && run.StartedAt <= asOf).Select(run => new OperationTarget { Run = run.RunId })
            );
            place = next;
        } while (place is not null && targets.Count < Most);
        return targets.Count > Most ? [.. targets.Take(Most)] : targets;
    }
}
