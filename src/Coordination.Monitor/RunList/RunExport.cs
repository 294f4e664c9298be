using System.Globalization;
using System.Text.Json;

namespace Coordination.Monitor;

/// <summary>The list as a file: CSV for spreadsheets, or a JSON array.</summary>
internal static class RunExport
{
    public const int MostRows = 100_000;

    private static readonly (string Name, Func<RunSummary, DateTimeOffset, object?> Of)[] Columns =
    [
        ("run_id", (run, _) => run.RunId),
        ("tenant", (run, _) => run.Tenant),
        ("name", (run, _) => run.Name),
        ("about", (run, _) => run.BusinessScope),
        ("status", (run, _) => run.Status),
        ("reason", (run, _) => run.Reason),
        ("requester", (run, _) => run.Requester),
        ("started_at", (run, _) => run.StartedAt),
        ("updated_at", (run, _) => run.UpdatedAt),
        ("ended_at", (run, _) => run.EndedAt),
        ("duration_seconds", (run, asOf) => (run.EndedAt ?? asOf) - run.StartedAt),
        ("failed_step", (run, _) => run.FailedStep),
        ("failed_detail", (run, _) => run.FailedDetail),
        ("steps_done", (run, _) => run.StepsDone),
        ("steps", (run, _) => run.Steps),
        ("retries", (run, _) => run.Retries),
        ("current_step", (run, _) => run.CurrentStep),
        ("waits_for", (run, _) => run.WaitsFor),
        ("in_doubt", (run, _) => run.InDoubt ? "yes" : "no"),
        ("stuck", (run, _) => run.Stuck),
        ("agents", (run, _) => string.Join(' ', run.Agents)),
        ("tokens", (run, _) => run.Tokens),
        ("cost_usd", (run, _) => run.CostMicroUsd / 1_000_000m),
    ];

    /// <summary>The names of the columns, behind the mark by which spreadsheets know UTF-8.</summary>
    public static string Head { get; } = Spreadsheet.ByteOrderMark + Spreadsheet.Line(Columns.Select(column => column.Name));

    /// <param name="run">The run.</param>
    /// <param name="asOf">Until when a run that goes on has lasted.</param>
    public static string Line(RunSummary run, DateTimeOffset asOf) =>
        Spreadsheet.Line(Columns.Select(column => Text(column.Of(run, asOf))));

    public static byte[] Json(RunSummary run) => JsonSerializer.SerializeToUtf8Bytes(run, MonitorJson.Options);

    private static string? Text(object? value) =>
        value switch
        {
            DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            TimeSpan lasted => Math.Max(0, lasted.TotalSeconds).ToString("0.000", CultureInfo.InvariantCulture),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value?.ToString(),
        };
}
