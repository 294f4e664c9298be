using System.Net;
using System.Text;

namespace Coordination.Faults.Report;

/// <summary>A report for people: one file that needs nothing else.</summary>
internal static class HtmlPage
{
    public static string Of(RunReport report)
    {
        var page = new StringBuilder();
        var verdict =
            report.Void.Count > 0 ? "proves nothing"
            : report.Violations.Count > 0 ? $"{report.Violations.Count} violations"
            : "no violation";
        page.Append(Head("Fault run"))
            .Append(
                $"<h1>Fault run: {verdict}</h1><p>seed {report.Settings.Seed}, slice {report.Settings.Slice} of {report.Settings.Slices}, "
            )
            .Append($"commit {Text(report.Commit)}, {report.Started:yyyy-MM-dd HH:mm:ss} UTC, {report.Seconds:0} s</p>");
        List(page, "Why it proves nothing", report.Void);
        List(page, "Violations", [.. report.Violations.Select(violation => $"{violation.Invariant}: {violation.What}")]);
        Table(page, "Accounting", report.Accounting);
        Table(page, "Runs by kind, end and what the client knows", report.RunsByKindAndStatus);
        Bars(page, "Latency of runs", report.Latency);
        Bars(page, "Recovery after faults", report.Recovery);
        page.Append("<h2>Faults</h2><table><tr><th>second<th>for<th>fault<th>target<th>open runs<th>recovery</tr>");
        foreach (var fault in report.Faults)
        {
            page.Append(
                    $"<tr><td class=n>{(fault.From - report.Started).TotalSeconds:0.0}<td class=n>{(fault.Until - fault.From).TotalSeconds:0.0} s"
                )
                .Append($"<td>{Text(fault.Class)}<td>{Text(fault.Target)}<td class=n>{fault.OpenRuns}")
                .Append($"<td class=n>{(fault.Recovery is { } time ? $"{time.TotalSeconds:0.0} s" : "at rest")}</tr>");
        }

        return page.Append("</table></html>\n").ToString();
    }

    public static string Head(string title) =>
        $"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>"
        + "body{font:14px/1.4 system-ui,sans-serif;margin:2em;max-width:70em}td,th{padding:.1em .8em;text-align:left}"
        + "td.n{text-align:right}.bar{background:#478;height:.8em;display:inline-block}.bad{color:#b00}</style>";

    public static void List(StringBuilder page, string title, IReadOnlyList<string> lines)
    {
        if (lines.Count > 0)
        {
            page.Append($"<h2 class=bad>{title}</h2><ul>");
            foreach (var line in lines)
            {
                page.Append($"<li>{Text(line)}");
            }

            page.Append("</ul>");
        }
    }

    public static void Table(StringBuilder page, string title, IReadOnlyDictionary<string, long> rows)
    {
        page.Append($"<h2>{title}</h2><table>");
        foreach (var (name, value) in rows)
        {
            page.Append($"<tr><td>{Text(name)}<td class=n>{value:N0}</tr>");
        }

        page.Append("</table>");
    }

    public static void Bars(StringBuilder page, string title, Histogram histogram)
    {
        page.Append($"<h2>{title}</h2><p>{histogram.Count:N0}; p50 {histogram.P50Ms:N0} ms, p99 {histogram.P99Ms:N0} ms, ")
            .Append($"longest {histogram.MaxMs:N0} ms</p><table>");
        foreach (var (bound, count) in histogram.Buckets)
        {
            var width = 30.0 * count / histogram.Buckets.Values.Max();
            page.Append(
                $"<tr><td class=n>up to {bound:N0} ms<td class=n>{count:N0}<td><span class=bar style=\"width:{width:0.0}em\"></span></tr>"
            );
        }

        page.Append("</table>");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
