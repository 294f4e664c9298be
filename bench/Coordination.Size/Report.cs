using System.Text;
using Coordination.Bench.Report;

namespace Coordination.Size;

/// <summary>The table on standard output, and the particulars of what does not keep its promise.</summary>
internal static class Report
{
    public static string Render(Machine machine, IReadOnlyList<Figure> figures)
    {
        var text = new StringBuilder();
        text.AppendLine($"{machine.Processors} x {machine.Processor}, {machine.MemoryGb} GB, {machine.OperatingSystem}, {machine.Runtime}");
        text.AppendLine(
            $"{machine.Postgres}; {machine.Rabbit}; {machine.Servers}; load before {machine.LoadBefore}; commit {machine.Commit}"
        );
        text.AppendLine();
        text.AppendLine("| what | median | worst | kept |");
        text.AppendLine("|---|---|---|---|");
        foreach (var figure in figures)
            text.AppendLine(
                $"| {figure.What} | {figure.Value} | {figure.Worst} | {(figure.Good is { } good ? good ? "yes" : "NO" : "")} |"
            );
        foreach (var figure in figures.Where(figure => figure.Good == false && figure.Detail.Length > 0))
            text.AppendLine().AppendLine(figure.What).AppendLine(figure.Detail);
        return text.ToString();
    }
}
