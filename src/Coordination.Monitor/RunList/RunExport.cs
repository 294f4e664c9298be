using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Coordination.Monitor;

/// <summary>The list as a file: CSV for spreadsheets, or a JSON array.</summary>
internal static class RunExport
{
    public const int MostRows = 100_000;

    private static readonly (string Name, Func<RunSummary, object?> Of)[] Columns =
    [
        ("run_id", run => run.RunId),
        ("tenant", run => run.Tenant),
        ("name", run => run.Name),
        ("status", run => run.Status),
        ("reason", run => run.Reason),
        ("requester", run => run.Requester),
        ("business_scope", run => run.BusinessScope),
        ("started_at", run => run.StartedAt),
        ("updated_at", run => run.UpdatedAt),
        ("ended_at", run => run.EndedAt),
        ("failed_step", run => run.FailedStep),
        ("failed_detail", run => run.FailedDetail),
        ("steps_done", run => run.StepsDone),
        ("steps", run => run.Steps),
        ("retries", run => run.Retries),
        ("current_step", run => run.CurrentStep),
        ("waits_for", run => run.WaitsFor),
        ("in_doubt", run => run.InDoubt ? "yes" : "no"),
        ("stuck", run => run.Stuck),
        ("agents", run => string.Join(' ', run.Agents)),
        ("tokens", run => run.Tokens),
        ("cost_micro_usd", run => run.CostMicroUsd),
    ];

    public static string Head { get; } = string.Join(',', Columns.Select(column => column.Name)) + "\r\n";

    public static string Line(RunSummary run)
    {
        var line = new StringBuilder();
        foreach (var (_, of) in Columns)
        {
            if (line.Length > 0)
                line.Append(',');
            line.Append(Cell(of(run)));
        }
        return line.Append("\r\n").ToString();
    }

    public static byte[] Json(RunSummary run) => JsonSerializer.SerializeToUtf8Bytes(run, MonitorJson.Options);

    private static string Cell(object? value) =>
        value switch
        {
            null => "",
            DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            string text => Text(text),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => Text(value.ToString() ?? ""),
        };

    // A spreadsheet takes what begins so for a formula, and texts are of agents: a quote before it makes it a text again.
    private static string Text(string text)
    {
        if (text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r')
            text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }
}
