using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>Looks for runs that have become stuck, or are not any more, and has the list say so. Each look is bounded; those that have just gone quiet come first.</summary>
internal sealed class StuckWatch(IProjectionLink link, RunList list)
{
    private const int Most = 400;
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(2);
    private readonly SqlDialect sql = link.Dialect;
    private readonly StuckReads facts = new(link);
    private readonly ProjectionReads reads = new(link, link is PostgresLink);
    private DateTimeOffset reached = DateTimeOffset.UnixEpoch;

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var fresh = await QuietAsync(-Milliseconds(Fresh), DateTimeOffset.UnixEpoch, "DESC", cancellationToken);
        // All others in turn, so that even many that wait for good reasons are seen again.
        var others = await QuietAsync(long.MinValue, reached, "ASC", cancellationToken);
        reached = others.Count < Most ? DateTimeOffset.UnixEpoch : others[^1].UpdatedAt;
        var listed = fresh.Concat(others).DistinctBy(run => run.RunId).ToDictionary(run => run.RunId, run => run.Stuck);
        var found = await facts.OfAsync(await reads.SourcesAsync([.. listed.Keys], cancellationToken), cancellationToken);
        var changes = found
            .Select(run => (run.RunId, StuckRun.Of(run).Reason))
            .Where(run => IsNews(listed[run.RunId], run.Reason))
            .ToDictionary(run => run.RunId, run => run.Reason);
        await list.MarkAsync(changes, cancellationToken);
    }

    // The texts tell times ("for 40 s"): that a minute has passed is no news.
    private static bool IsNews(string? before, string? after) => Kind(before) != Kind(after);

    private static string? Kind(string? reason) => reason is null ? null : string.Concat(reason.Where(c => !char.IsDigit(c)).Take(40));

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    private Task<IReadOnlyList<Listed>> QuietAsync(long since, DateTimeOffset after, string order, CancellationToken cancellationToken)
    {
        var recent = since == long.MinValue ? "" : $"AND updated_at > (SELECT {sql.NowPlus("@since")}) ";
        return link.QueryAsync(
            new Statement(
                $"SELECT run_id, updated_at, stuck FROM {sql.Table("monitor_run")} WHERE ended_at IS NULL AND updated_at < (SELECT {sql.NowPlus("@quiet")}) "
                    + $"{recent}AND updated_at > @after ORDER BY updated_at {order} LIMIT @limit",
                ("quiet", -Milliseconds(StuckRun.Quiet), ColumnKind.Int64),
                ("since", since, ColumnKind.Int64),
                ("after", after, ColumnKind.Time),
                ("limit", (long)Most, ColumnKind.Int64)
            ),
            row => new Listed(sql.ReadGuid(row, 0), sql.ReadTime(row, 1), row.Text(2)),
            cancellationToken
        );
    }

    private sealed record Listed(Guid RunId, DateTimeOffset UpdatedAt, string? Stuck);
}
