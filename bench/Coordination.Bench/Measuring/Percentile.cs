namespace Coordination.Bench.Measuring;

internal static class Percentile
{
    /// <summary>Between the two neighbours, so that the median of two rounds is their mean.</summary>
    public static double Of(double[] sorted, double share)
    {
        if (sorted.Length == 0)
            return double.NaN;
        var place = share * (sorted.Length - 1);
        int below = (int)place,
            above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
    }

    public static double Median(IEnumerable<double> values) => Of([.. values.Order()], 0.5);
}
