using System.Net;
using System.Text;
using Coordination.Faults.Report;

namespace Coordination.Faults.Matrix;

/// <summary>The matrix for people: one file that needs nothing else.</summary>
internal static class MatrixPage
{
    public static string Of(MatrixReport report)
    {
        var verdict =
            report.Void.Count > 0 ? "proves nothing"
            : report.Violations.Count > 0 ? $"{report.Violations.Count} violations"
            : "no violation";
        var page = new StringBuilder(HtmlPage.Head("Crash matrix"))
            .Append($"<h1>Crash matrix: {verdict}</h1><p>seed {report.Settings.Seed}, commit {Text(report.Commit)}, ")
            .Append(
                $"{report.Started:yyyy-MM-dd HH:mm:ss} UTC, {report.Seconds:0} s{Text(report.Settings.Bug is { } bug ? ", planted bug " + bug : "")}</p>"
            );
        HtmlPage.List(page, "Why it proves nothing", report.Void);
        HtmlPage.List(page, "Violations", [.. report.Violations.Select(violation => $"{violation.Invariant}: {violation.What}")]);
        page.Append("<h2>Crash points</h2><table><tr><th>point<th>where<th>crashes<th>of these in work</tr>");
        foreach (var point in report.Points)
        {
            page.Append($"<tr><td>{point.Name}<td>{Text(point.What)}<td class=n>{point.Crashes}<td class=n>{point.Busy}</tr>");
        }

        page.Append("</table><h2>Effects by class</h2><table><tr><th>class<th>wanted<th>calls<th>happened<th>cut off in the call</tr>");
        foreach (var count in report.Classes)
        {
            page.Append($"<tr><td>{count.Class}{(count.Undo ? " (undoing)" : "")}<td class=n>{count.Wanted:N0}<td class=n>{count.Calls:N0}")
                .Append($"<td class=n>{count.Happened:N0}<td class=n>{count.Cut:N0}</tr>");
        }

        page.Append("</table>");
        HtmlPage.Table(page, "Accounting", report.Accounting);
        HtmlPage.Bars(page, "Takeover after the end of a dead worker's lease", report.Takeover);
        HtmlPage.Bars(page, "As before, of claims whose owners had died before", report.TakeoverAgain);
        HtmlPage.Bars(page, "From a crash until a run ended", report.Recovery);
        page.Append("<h2>Crashes</h2><table><tr><th>second<th>point<th>where<th>open runs</tr>");
        foreach (var crash in report.Crashes)
        {
            page.Append($"<tr><td class=n>{(crash.From - report.Started).TotalSeconds:0.0}<td>{crash.Class}<td>{Text(crash.Target)}")
                .Append($"<td class=n>{crash.OpenRuns}</tr>");
        }

        return page.Append("</table></html>\n").ToString();
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
