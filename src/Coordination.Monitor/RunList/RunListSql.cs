using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>
/// The list's queries. On PostgreSQL a page of any filter is had in one of three ways, none of which leaves the choice to estimates: filters an index has in order are read
/// from it; else the newest few thousand rows are looked through; else, because the filter is a rare one there, all that meets it is gathered from the index of terms and sorted.
/// </summary>
internal sealed class RunListSql(SqlDialect sql, bool postgres, IReadOnlyList<RunCondition> conditions, DateTimeOffset asOf)
{
    /// <summary>Rows that are looked through in order before the filter counts as rare there.</summary>
    public const int Window = 5_000;

    /// <summary>Rows that are looked through where the filter is a frequent one, only not at the end that is asked for.</summary>
    public const int WideWindow = 60_000;

    /// <summary>To gather more rows than this takes longer than to look through <see cref="WideWindow"/>.</summary>
    public const int Frequent = 40_000;

    private readonly string table = sql.Table("monitor_run");

    /// <summary>An index has the rows of this filter in this order.</summary>
    public bool IsIndexed(RunSort sort) =>
        !postgres
        || RunOrder.Others(conditions, sort.Column) is []
        || (sort.Column == "accepted_at" && RunOrder.Others(conditions, sort.Column) is [RunCondition.Statuses]);

    public Statement Page(RunSort sort, RunPlace? after, int rows, PageWay way, int window = Window)
    {
        var filter = new RunFilterSql(sql, postgres, asOf) { ByTerms = way == PageWay.Gathered };
        var limit = filter.Add((long)rows, ColumnKind.Int64);
        var text = sort.IsByDuration
            ? ByDuration(filter, sort, after, limit, way, window)
            : $"SELECT {RunColumns.All}, {sort.Column} FROM {ByColumn(filter, sort, after, limit, way, window)}";
        return new Statement(text, [.. filter.Parameters]);
    }

    public Statement Count(int most)
    {
        var filter = new RunFilterSql(sql, postgres, asOf) { ByTerms = conditions.Count > 1 };
        var text =
            $"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {filter.Where(conditions)} LIMIT {filter.Add((long)most, ColumnKind.Int64)}) r";
        return new Statement(text, [.. filter.Parameters]);
    }

    /// <summary>PostgreSQL's own estimate of how many rows meet the filter: nothing is read for it.</summary>
    public Statement Estimate()
    {
        var filter = new RunFilterSql(sql, postgres, asOf) { ByTerms = true };
        var text = $"EXPLAIN (FORMAT JSON) SELECT 1 FROM {table} WHERE {filter.Where(conditions)}";
        return new Statement(text, [.. filter.Parameters]);
    }

    private string ByColumn(RunFilterSql filter, RunSort sort, RunPlace? after, string limit, PageWay way, int window)
    {
        var order = $"ORDER BY {sort.Column} {sort.Direction}, run_id {sort.Direction}";
        var beyond = after is null
            ? ""
            : $" AND ({sort.Column}, run_id) {sort.Beyond} ({filter.Add(after.Key, sort.Kind)}, {filter.Add(after.RunId, ColumnKind.Uuid)})";
        if (
            way == PageWay.Ordered
            && postgres
            && RunOrder.Others(conditions, sort.Column) is [RunCondition.Statuses { Any: [_, _, ..] several }]
        )
        {
            // One status at a time is in order, several are not.
            var bounds = filter.Where(RunOrder.Bounds(conditions, sort.Column));
            var parts = several.Select(status =>
                $"(SELECT * FROM {table} WHERE status = {filter.Add(status, ColumnKind.Text)} AND {bounds}{beyond} {order} LIMIT {limit})"
            );
            return $"({string.Join(" UNION ALL ", parts)}) r {order} LIMIT {limit}";
        }
        return Filtered(filter, sort, beyond, order, limit, way, window);
    }

    private string Filtered(RunFilterSql filter, RunSort sort, string beyond, string order, string limit, PageWay way, int window) =>
        way switch
        {
            PageWay.Window => $"(SELECT * FROM {table} WHERE {filter.Where(RunOrder.Bounds(conditions, sort.Column))}{beyond} {order} "
                + $"LIMIT {filter.Add((long)window, ColumnKind.Int64)}) r WHERE {filter.Where(RunOrder.Others(conditions, sort.Column))} {order} LIMIT {limit}",
            // A sum is no column: the index that has the order does not offer itself.
            PageWay.Gathered => $"{table} WHERE {filter.Where(conditions)}{beyond} "
                + $"ORDER BY {sort.Column} + {(sort.Kind == ColumnKind.Time ? "interval '0'" : "0")} {sort.Direction}, run_id {sort.Direction} LIMIT {limit}",
            _ => $"{table} WHERE {filter.Where(conditions)}{beyond} {order} LIMIT {limit}",
        };

    // Runs that go on take longer with every moment: theirs follows from when they began, and two indexes have the two kinds in order.
    private string ByDuration(RunFilterSql filter, RunSort sort, RunPlace? after, string limit, PageWay way, int window)
    {
        var (ended, open) = (" AND ended_at IS NOT NULL", "");
        if (after is not null)
        {
            var lasted = (long)after.Key;
            var id = filter.Add(after.RunId, ColumnKind.Uuid);
            ended += $" AND (duration_ms, run_id) {sort.Beyond} ({filter.Add(lasted, ColumnKind.Int64)}, {id})";
            // What has lasted as many whole milliseconds began between these two moments.
            var (from, to) = (Began(lasted + 1), Began(lasted));
            open =
                $" AND ({(sort.Descending ? $"accepted_at > {to}" : $"accepted_at <= {from}")} OR "
                + $"(accepted_at > {from} AND accepted_at <= {to} AND run_id {sort.Beyond} {id}))";
        }
        var elapsed = postgres
            ? "CAST(floor(extract(epoch FROM CAST(@now AS timestamptz) - accepted_at) * 1000) AS bigint)"
            : "(@now - accepted_at) / 1000";
        var oldestFirst = sort.Descending ? "ASC" : "DESC";
        return $"SELECT {RunColumns.All}, lasted FROM (SELECT * FROM (SELECT {RunColumns.All}, duration_ms AS lasted FROM "
            + $"{Filtered(filter, sort, ended, $"ORDER BY duration_ms {sort.Direction}, run_id {sort.Direction}", limit, way, window)}) a "
            + $"UNION ALL SELECT * FROM (SELECT {RunColumns.All}, {elapsed} AS lasted FROM {table} "
            + $"WHERE ended_at IS NULL AND {filter.Where(conditions)}{open} ORDER BY accepted_at {oldestFirst}, run_id {sort.Direction} LIMIT {limit}) b) r "
            + $"ORDER BY lasted {sort.Direction}, run_id {sort.Direction} LIMIT {limit}";

        string Began(long ms) => filter.Add(asOf - TimeSpan.FromMilliseconds(ms), ColumnKind.Time);
    }
}

/// <summary>How a page is read.</summary>
internal enum PageWay
{
    /// <summary>As the database likes, in the end by an index that has filter and order.</summary>
    Ordered,

    /// <summary>The first rows in order are looked through.</summary>
    Window,

    /// <summary>All that meets the filter is gathered and sorted.</summary>
    Gathered,
}
