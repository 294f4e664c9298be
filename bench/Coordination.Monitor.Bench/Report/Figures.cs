using System.Globalization;
using Coordination.Bench.Report;

namespace Coordination.Monitor.Bench.Report;

/// <summary>What was measured, what it may be at most, and whether it is. Printed as it comes, and as a table at the end.</summary>
internal sealed class Figures(TextWriter progress)
{
    private readonly List<(string What, string Measured, string Budget, bool? Met)> all = [];

    public bool AllMet => all.TrueForAll(one => one.Met is not false);

    /// <summary>A figure that has a budget.</summary>
    public void AtMost(string what, double measured, double most, string unit, string format = "0") =>
        Add(what, $"{Write(measured, format)} {unit}", $"≤ {Write(most, "0.###")} {unit}", measured <= most);

    /// <summary>A figure for information.</summary>
    public void Tell(string what, string measured) => Add(what, measured, "", null);

    public string Table()
    {
        var table = new MarkdownTable("figure", "measured>", "budget>", "met");
        foreach (var (what, measured, budget, met) in all)
            table.Add(what, measured, budget, Word(met));
        return table.ToString();
    }

    private void Add(string what, string measured, string budget, bool? met)
    {
        all.Add((what, measured, budget, met));
        progress.WriteLine($"{what}: {measured}{(budget.Length > 0 ? $", budget {budget}: {Word(met)}" : "")}");
    }

    private static string Word(bool? met) =>
        met switch
        {
            true => "yes",
            false => "no",
            null => "",
        };

    private static string Write(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
