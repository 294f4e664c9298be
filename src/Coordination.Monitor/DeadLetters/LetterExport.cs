using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Coordination.Monitor;

/// <summary>Streams letters as a file, page after page, without what they say.</summary>
internal sealed class LetterExport(LetterReads letters, LetterQuery query, LetterPage first, bool isCsv) : IResult
{
    /// <summary>Rows of a file at most.</summary>
    private const int Most = 200_000;

    /// <summary>Before the answer begins it can still be an error.</summary>
    public static async Task<LetterExport> BeginAsync(
        LetterReads letters,
        LetterQuery query,
        bool isCsv,
        CancellationToken cancellationToken
    ) => new(letters, query, await letters.PageAsync(query, after: null, Page.Most, cancellationToken), isCsv);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, ended) = (httpContext.Response, httpContext.RequestAborted);
        var page = first;
        response.ContentType = isCsv ? "text/csv; charset=utf-8" : "application/json; charset=utf-8";
        response.Headers.ContentDisposition = $"attachment; filename=\"dead-letters.{(isCsv ? "csv" : "json")}\"";
        await WriteAsync(response, isCsv ? Spreadsheet.ByteOrderMark + Head : "[", ended);
        var written = 0;
        while (true)
        {
            var text = new StringBuilder();
            foreach (var letter in page.Rows)
            {
                text.Append(isCsv ? Line(letter) : (written == 0 ? "\n" : ",\n") + JsonSerializer.Serialize(letter, MonitorJson.Options));
                written++;
            }
            await WriteAsync(response, text.ToString(), ended);
            if (page.Next is null || written >= Most)
                break;
            page = await letters.PageAsync(query, page.Next, Page.Most, ended);
        }
        if (!isCsv)
            await WriteAsync(response, "\n]\n", ended);
    }

    private static readonly string Head = Spreadsheet.Line(
        "id",
        "state",
        "direction",
        "endpoint",
        "reason",
        "error",
        "message_type",
        "message_id",
        "run_id",
        "parked_at",
        "attempts",
        "detail",
        "fingerprint",
        "replaces",
        "replaced_by",
        "settled_at",
        "settled_by",
        "settled_because"
    );

    private static string Line(LetterRow letter) =>
        Spreadsheet.Line(
            Number(letter.Id),
            letter.State,
            letter.Direction,
            letter.Endpoint,
            letter.Reason,
            letter.Error,
            letter.MessageType,
            $"{letter.MessageId}",
            $"{letter.RunId}",
            Time(letter.ParkedAt),
            Number(letter.Attempts),
            letter.Detail,
            letter.Fingerprint,
            Number(letter.Replaces),
            Number(letter.ReplacedBy),
            Time(letter.SettledAt),
            letter.SettledBy,
            letter.SettledBecause
        );

    private static Task WriteAsync(HttpResponse response, string text, CancellationToken ended) => response.WriteAsync(text, ended);

    private static string? Number(long? value) => value?.ToString(CultureInfo.InvariantCulture);

    private static string? Time(DateTimeOffset? value) => value?.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
