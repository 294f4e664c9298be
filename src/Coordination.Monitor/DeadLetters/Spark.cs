namespace Coordination.Monitor;

/// <summary>Counts of the last 24 hours, the oldest first. Pure.</summary>
internal static class Spark
{
    public const int Hours = 24;

    /// <summary>Fewer in an hour are no trend.</summary>
    private const int Few = 3;

    /// <param name="counts">How many, by full hours of age; what is older does not show.</param>
    public static int[] Of(IEnumerable<(int HoursAgo, int Count)> counts)
    {
        var spark = new int[Hours];
        foreach (var (hours, count) in counts.Where(one => one.HoursAgo is >= 0 and < Hours))
            spark[Hours - 1 - hours] += count;
        return spark;
    }

    /// <summary>The last hour had some, and more than twice as many as the hours before on average.</summary>
    public static bool IsGrowing(IReadOnlyList<int> spark) =>
        spark[^1] >= Few && spark[^1] > 2.0 * spark.Take(spark.Count - 1).Sum() / (spark.Count - 1);
}
