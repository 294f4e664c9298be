namespace Coordination.Size;

/// <summary>A line of the table.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Value">The median or the figure itself.</param>
/// <param name="Worst">The largest, where there are many.</param>
/// <param name="Good">Whether it keeps the promise; null when nothing was promised.</param>
internal sealed record Figure(string What, string Value, string Worst, bool? Good)
{
    /// <summary>For whoever wants to know more: printed when the promise is not kept.</summary>
    public string Detail { get; init; } = "";
}
