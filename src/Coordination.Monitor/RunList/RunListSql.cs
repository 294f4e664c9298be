using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>
/// The list's queries. On PostgreSQL a page of any filter is had in one of three ways, none of which leaves the choice to estimates: filters an index has in order are read
/// from it; else the newest few thousand rows are looked through; else, because the filter is a rare one there, all that meets it is gathered from the index of terms and sorted.
/// </summary>
internal sealed class RunListSql(SqlDialect sql, bool postgres, IReadOnlyList<RunCondition> conditions, DateTimeOffset asOf)
{
    /// <summary>Rows that are looked through in order before the filter counts as rare.</summary>
    public const int Window = 5_000;

    private readonly string table = sql.Table("monitor_run");

    /// <summary>An index has the rows of this filter in this order.</summary>
    public bool IsIndexed(RunSort sort) =>
        !postgres || conditions.Count == 0 || (conditions is [RunCondition.Statuses] && sort.Column == "accepted_at");

    public Statement Page(RunSort sort, RunPlace? after, int rows, PageWay way)
    {
        var filter = new RunFilterSql(sql, postgres, asOf);
        var text = sort.IsByDuration ? ByDuration(filter, sort, after, rows) : ByColumn(filter, sort, after, rows, way);
        return new Statement(text, [.. filter.Parameters]);
    }

    public Statement Count(int most)
    {
        var filter = new RunFilterSql(sql, postgres, asOf);
        var text =
            $"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {filter.Where(conditions)} LIMIT {filter.Add((long)most, ColumnKind.Int64)}) r";
        return new Statement(text, [.. filter.Parameters]);
    }

    private string ByColumn(RunFilterSql filter, RunSort sort, RunPlace? after, int rows, PageWay way)
    {
        var order = $"ORDER BY {sort.Column} {sort.Direction}, run_id {sort.Direction}";
        var beyond = after is null
            ? ""
            : $" AND ({sort.Column}, run_id) {sort.Beyond} ({filter.Add(after.Key, sort.Kind)}, {filter.Add(after.RunId, ColumnKind.Uuid)})";
        if (way == PageWay.Ordered && postgres && conditions is [RunCondition.Statuses { Any: [_, _, ..] several }])
        {
            // One status at a time is in order, several are not.
            var parts = several.Select(status =>
                $"(SELECT * FROM {table} WHERE status = {filter.Add(status, ColumnKind.Text)}{beyond} {order} LIMIT {filter.Add((long)rows, ColumnKind.Int64)})"
            );
            return $"SELECT {RunColumns.All}, {sort.Column} FROM ({string.Join(" UNION ALL ", parts)}) r {order} LIMIT {filter.Add((long)rows, ColumnKind.Int64)}";
        }
        var where = filter.Where(conditions);
        var limit = filter.Add((long)rows, ColumnKind.Int64);
        return way switch
        {
            PageWay.Window => $"SELECT {RunColumns.All}, {sort.Column} FROM (SELECT * FROM {table} WHERE true{beyond} {order} "
                + $"LIMIT {filter.Add((long)Window, ColumnKind.Int64)}) r WHERE {where} {order} LIMIT {limit}",
            // A sum is no column: the index that has the order does not offer itself.
            PageWay.Gathered => $"SELECT {RunColumns.All}, {sort.Column} FROM {table} WHERE {where}{beyond} "
                + $"ORDER BY {sort.Column} + {(sort.Kind == ColumnKind.Time ? "interval '0'" : "0")} {sort.Direction}, run_id {sort.Direction} LIMIT {limit}",
            _ => $"SELECT {RunColumns.All}, {sort.Column} FROM {table} WHERE {where}{beyond} {order} LIMIT {limit}",
        };
    }

    // Runs that go on take longer with every moment: theirs follows from when they began, and two indexes have the two kinds in order.
    private string ByDuration(RunFilterSql filter, RunSort sort, RunPlace? after, int rows)
    {
        var where = filter.Where(conditions);
        var limit = filter.Add((long)rows, ColumnKind.Int64);
        var (ended, open) = ("", "");
        if (after is not null)
        {
            var id = filter.Add(after.RunId, ColumnKind.Uuid);
            var began = filter.Add(asOf - TimeSpan.FromMilliseconds((long)after.Key), ColumnKind.Time);
            ended = $" AND (duration_ms, run_id) < ({filter.Add(after.Key, ColumnKind.Int64)}, {id})";
            open = $" AND (accepted_at > {began} OR (accepted_at = {began} AND run_id < {id}))";
        }
        var elapsed = postgres
            ? "CAST(floor(extract(epoch FROM CAST(@now AS timestamptz) - accepted_at) * 1000) AS bigint)"
            : "(@now - accepted_at) / 1000";
        return $"SELECT {RunColumns.All}, lasted FROM (SELECT * FROM (SELECT r.*, duration_ms AS lasted FROM {table} r WHERE ended_at IS NOT NULL AND {where}{ended} "
            + $"ORDER BY duration_ms DESC, run_id DESC LIMIT {limit}) a UNION ALL SELECT * FROM (SELECT r.*, {elapsed} AS lasted FROM {table} r "
            + $"WHERE ended_at IS NULL AND {where}{open} ORDER BY accepted_at ASC, run_id DESC LIMIT {limit}) b) r "
            + $"ORDER BY lasted {sort.Direction}, run_id {sort.Direction} LIMIT {limit}";
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
