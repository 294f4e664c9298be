using System.Text;

namespace Coordination.Bench.Report;

/// <summary>A table in Markdown, padded so that it can be read as text, too. A column whose name ends in &gt; is aligned to the right.</summary>
internal sealed class MarkdownTable(params string[] columns)
{
    private readonly List<string[]> rows = [];
    private readonly bool[] right = [.. columns.Select(column => column.EndsWith('>'))];

    public bool IsEmpty => rows.Count == 0;

    public void Add(params string[] cells) => rows.Add(cells);

    public override string ToString()
    {
        string[] head = [.. columns.Select(column => column.TrimEnd('>'))];
        int[] widths = [.. head.Select((name, column) => rows.Append(head).Max(row => row[column].Length))];
        string[] line = [.. widths.Select((width, column) => right[column] ? new string('-', width - 1) + ":" : new string('-', width))];
        var text = new StringBuilder();
        foreach (var row in rows.Prepend(line).Prepend(head))
        {
            var cells = row.Select((cell, column) => right[column] ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            text.AppendLine($"| {string.Join(" | ", cells)} |");
        }
        return text.ToString();
    }
}
