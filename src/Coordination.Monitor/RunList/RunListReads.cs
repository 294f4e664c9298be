using System.Text.Json;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>A page of the list. Next: the cursor of the next one, null at the end.</summary>
public sealed record RunPage(IReadOnlyList<RunSummary> Rows, string? Next, DateTimeOffset AsOf, IReadOnlyList<QueryProblem> Problems);

/// <summary>How many runs meet a query: exactly, or so many and more.</summary>
public sealed record RunCount(long Total, bool More);

/// <summary>What there is to filter by. Statuses and stuck are of the whole system, values of the newest runs that meet the query.</summary>
public sealed record RunFacets(
    IReadOnlyDictionary<string, long> Status,
    long Stuck,
    IReadOnlyList<FacetValue> Name,
    IReadOnlyList<FacetValue> Agent,
    IReadOnlyList<FacetValue> Reason,
    IReadOnlyList<FacetValue> Requester
);

public sealed record FacetValue(string Value, long Count);

/// <summary>Reads the list.</summary>
internal sealed class RunListReads(Reads reads)
{
    private const int MostCounted = 10_000;
    private const int MostValues = 12;
    private const int Sample = 2_000;
    private const int Enough = 200;
    private readonly SqlDialect sql = reads.Dialect;

    public async Task<(IReadOnlyList<RunSummary> Rows, RunPlace? Next)> PageAsync(
        IReadOnlyList<RunCondition> conditions,
        RunSort sort,
        RunPlace? after,
        DateTimeOffset asOf,
        int size,
        CancellationToken cancellationToken
    )
    {
        var queries = new RunListSql(sql, reads.IsPostgres, conditions, asOf);
        var rows = await RowsAsync(queries, sort, after, size + 1, cancellationToken);
        if (rows.Count <= size)
            return ([.. rows.Select(row => row.Run)], null);
        var last = rows[size - 1];
        return ([.. rows.Take(size).Select(row => row.Run)], new RunPlace(last.Key, last.Run.RunId, asOf));
    }

    public async Task<RunCount> CountAsync(IReadOnlyList<RunCondition> conditions, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        var statement = new RunListSql(sql, reads.IsPostgres, conditions, asOf).Count(MostCounted + 1);
        var count = (await reads.QueryAsync(statement, row => row.GetInt64(0), cancellationToken))[0];
        return count > MostCounted ? new RunCount(MostCounted, true) : new RunCount(count, false);
    }

    /// <param name="conditions">Null: of no run, for the query cannot be read.</param>
    /// <param name="asOf">What "now" means in the conditions.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public async Task<RunFacets> FacetsAsync(
        IReadOnlyList<RunCondition>? conditions,
        DateTimeOffset asOf,
        CancellationToken cancellationToken
    )
    {
        var counts = await StatusesAsync(cancellationToken);
        var stuck = await StuckAsync(cancellationToken);
        if (conditions is null)
            return new RunFacets(counts, stuck, [], [], [], []);
        var queries = new RunListSql(sql, reads.IsPostgres, conditions, asOf);
        var rows = (await SampleAsync(queries, cancellationToken)).Select(row => row.Run).ToList();
        return new RunFacets(
            counts,
            stuck,
            Values(rows.Select(run => run.Name)),
            Values(rows.SelectMany(run => run.Agents)),
            Values(rows.Select(run => run.Reason).OfType<string>()),
            Values(rows.Select(run => run.Requester))
        );
    }

    /// <summary>Runs of the whole system by status, as the projection counts them: exact, and nothing has to be counted.</summary>
    public async Task<IReadOnlyDictionary<string, long>> StatusesAsync(CancellationToken cancellationToken)
    {
        var counted = (
            await reads.QueryAsync(
                new Statement($"SELECT status, runs FROM {sql.Table("monitor_count")}"),
                row => (Status: row.GetString(0), Runs: row.GetInt64(1)),
                cancellationToken
            )
        ).ToDictionary(row => row.Status, row => row.Runs, StringComparer.Ordinal);
        return RunStatuses.All.ToDictionary(status => status, status => counted.GetValueOrDefault(status), StringComparer.Ordinal);
    }

    public async Task<long> StuckAsync(CancellationToken cancellationToken) =>
        (
            await reads.QueryAsync(
                new Statement($"SELECT count(*) FROM {sql.Table("monitor_run")} WHERE stuck IS NOT NULL"),
                row => row.GetInt64(0),
                cancellationToken
            )
        )[0];

    public Task<RunSummary?> FindAsync(Guid runId, CancellationToken cancellationToken) =>
        reads.FindAsync(
            new Statement($"SELECT {RunColumns.All} FROM {sql.Table("monitor_run")} WHERE run_id = @run", ("run", runId, ColumnKind.Uuid)),
            row => RunColumns.Read(sql, row),
            cancellationToken
        );

    /// <summary>Rows that changed after a version, the oldest change first.</summary>
    public Task<IReadOnlyList<RunSummary>> ChangedAsync(long version, int limit, CancellationToken cancellationToken) =>
        reads.QueryAsync(
            new Statement(
                $"SELECT {RunColumns.All} FROM {sql.Table("monitor_run")} WHERE version > @version ORDER BY version LIMIT @limit",
                ("version", version, ColumnKind.Int64),
                ("limit", (long)limit, ColumnKind.Int64)
            ),
            row => RunColumns.Read(sql, row),
            cancellationToken
        );

    private async Task<IReadOnlyList<Row>> RowsAsync(
        RunListSql queries,
        RunSort sort,
        RunPlace? after,
        int rows,
        CancellationToken cancellationToken
    )
    {
        if (queries.IsIndexed(sort))
            return await RunAsync(queries.Page(sort, after, rows, PageWay.Ordered), sort, cancellationToken);
        var near = await RunAsync(queries.Page(sort, after, rows, PageWay.Window), sort, cancellationToken);
        if (near.Count == rows)
            return near;
        if (await EstimateAsync(queries, cancellationToken) > RunListSql.Frequent)
        {
            near = await RunAsync(queries.Page(sort, after, rows, PageWay.Window, RunListSql.WideWindow), sort, cancellationToken);
            if (near.Count == rows)
                return near;
        }
        return await RunAsync(queries.Page(sort, after, rows, PageWay.Gathered), sort, cancellationToken);
    }

    private async Task<IReadOnlyList<Row>> SampleAsync(RunListSql queries, CancellationToken cancellationToken)
    {
        if (queries.IsIndexed(RunSort.Default))
            return await RunAsync(queries.Page(RunSort.Default, null, Sample, PageWay.Ordered), RunSort.Default, cancellationToken);
        var near = await RunAsync(
            queries.Page(RunSort.Default, null, Sample, PageWay.Window, 2 * RunListSql.Window),
            RunSort.Default,
            cancellationToken
        );
        // A few hundred say what there is to choose from; to gather all of a frequent value would take long.
        return near.Count >= Enough || await EstimateAsync(queries, cancellationToken) > RunListSql.Frequent
            ? near
            : await RunAsync(queries.Page(RunSort.Default, null, Sample, PageWay.Gathered), RunSort.Default, cancellationToken);
    }

    private async Task<double> EstimateAsync(RunListSql queries, CancellationToken cancellationToken)
    {
        var plans = await reads.QueryAsync(queries.Estimate(), row => row.GetString(0), cancellationToken);
        return JsonSerializer.Deserialize<JsonElement>(plans[0])[0].GetProperty("Plan").GetProperty("Plan Rows").GetDouble();
    }

    private Task<IReadOnlyList<Row>> RunAsync(Statement statement, RunSort sort, CancellationToken cancellationToken) =>
        reads.QueryAsync(
            statement,
            row => new Row(
                RunColumns.Read(sql, row),
                sort.Kind == ColumnKind.Time ? sql.ReadTime(row, RunColumns.Count) : row.GetInt64(RunColumns.Count)
            ),
            cancellationToken
        );

    private static IReadOnlyList<FacetValue> Values(IEnumerable<string> values) =>
        [
            .. values
                .GroupBy(value => value, StringComparer.Ordinal)
                .Select(group => new FacetValue(group.Key, group.LongCount()))
                .OrderByDescending(facet => facet.Count)
                .ThenBy(facet => facet.Value, StringComparer.Ordinal)
                .Take(MostValues),
        ];

    private sealed record Row(RunSummary Run, object Key);
}
