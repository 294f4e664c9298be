using System.Text;

namespace Coordination.Monitor;

/// <summary>The list of runs, its counts and what it may be filtered by.</summary>
internal static class QueryEndpoints
{
    private const int ExportBatch = 1_000;

    public static void MapQuery(this RouteGroupBuilder api)
    {
        api.MapGet("/query/parse", (string? q) => Answer.Of(QueryText.Parse(q)));

        api.MapGet(
            "/runs",
            async (string? q, string? sort, string? after, int? limit, RunListReads list, TimeProvider time, CancellationToken stop) =>
            {
                var order = RunSort.Parse(sort);
                var place = RunPlace.Read(after, order);
                var asOf = place?.AsOf ?? time.GetUtcNow();
                var query = QueryText.Parse(q);
                // Half a query would list what nobody asked for, in the end everything.
                if (query.Problems.Count > 0)
                    return Answer.Of(new RunPage([], null, asOf, query.Problems));
                var (rows, next) = await list.PageAsync(RunFilter.Of(query.Clauses, asOf), order, place, asOf, Page.Size(limit), stop);
                return Answer.Of(new RunPage(rows, next?.Write(), asOf, query.Problems));
            }
        );

        api.MapGet(
            "/runs/count",
            async (string? q, RunListReads list, TimeProvider time, CancellationToken stop) =>
            {
                var (now, query) = (time.GetUtcNow(), QueryText.Parse(q));
                return Answer.Of(
                    query.Problems.Count > 0 ? new RunCount(0, false) : await list.CountAsync(RunFilter.Of(query.Clauses, now), now, stop)
                );
            }
        );

        api.MapGet(
            "/runs/facets",
            async (string? q, RunListReads list, TimeProvider time, CancellationToken stop) =>
            {
                var (now, query) = (time.GetUtcNow(), QueryText.Parse(q));
                return Answer.Of(await list.FacetsAsync(query.Problems.Count > 0 ? null : RunFilter.Of(query.Clauses, now), now, stop));
            }
        );

        api.MapGet("/runs/export", ExportAsync);
    }

    private static async Task<IResult> ExportAsync(
        string? q,
        string? format,
        RunListReads list,
        TimeProvider time,
        HttpContext context,
        CancellationToken stop
    )
    {
        var json = format switch
        {
            null or "csv" => false,
            "json" => true,
            _ => throw Refusal.BadRequest("There is no such format", new BodyProblem("BAD_FORMAT", "format", "There are csv and json.")),
        };
        var query = QueryText.Parse(q);
        // A file is taken for what was asked: half a query would give another one.
        if (query.Problems is [var problem, ..])
            throw Refusal.BadRequest("The query cannot be read", new BodyProblem("BAD_QUERY", "q", problem.Message));
        var asOf = time.GetUtcNow();
        var conditions = RunFilter.Of(query.Clauses, asOf);
        var (rows, next) = await list.PageAsync(conditions, RunSort.Default, null, asOf, ExportBatch, stop);
        var response = context.Response;
        response.ContentType = json ? "application/json; charset=utf-8" : "text/csv; charset=utf-8";
        response.Headers.ContentDisposition = $"attachment; filename=\"runs-{asOf:yyyyMMdd-HHmmss}.{(json ? "json" : "csv")}\"";
        response.Headers.CacheControl = "no-store";
        await response.WriteAsync(json ? "[" : RunExport.Head, Encoding.UTF8, stop);
        for (var written = 0; ; )
        {
            foreach (var run in rows)
            {
                if (json && written > 0)
                    await response.WriteAsync(",\n", stop);
                await response.Body.WriteAsync(json ? RunExport.Json(run) : Encoding.UTF8.GetBytes(RunExport.Line(run, asOf)), stop);
                written++;
            }
            if (next is null || written >= RunExport.MostRows)
                break;
            await response.Body.FlushAsync(stop);
            (rows, next) = await list.PageAsync(conditions, RunSort.Default, next, asOf, ExportBatch, stop);
        }
        if (json)
            await response.WriteAsync("]", stop);
        return Results.Empty;
    }
}
