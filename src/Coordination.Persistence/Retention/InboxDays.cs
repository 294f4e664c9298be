namespace Coordination.Persistence;

/// <summary>
/// When a day of the inbox may go. The days are a ring (<see cref="InboxBucket"/>), so every bucket comes round again and must be empty by then.
/// </summary>
internal static class InboxDays
{
    /// <summary>Clocks that are ahead make ids of tomorrow: these buckets are in use already.</summary>
    private const int Ahead = 2;

    /// <summary>A bucket this old is about to come round again.</summary>
    private const int Overdue = InboxBucket.Days - Ahead - 4;

    /// <summary>The longest retention that needs no deleting row by row.</summary>
    public static readonly TimeSpan LongestKeep = TimeSpan.FromDays(Overdue - 1);

    /// <summary>How many days ago a bucket was today; nearly a whole ring for the days to come.</summary>
    public static int Age(int bucket, long today) =>
        (int)((((today - bucket + 1) % InboxBucket.Days) + InboxBucket.Days) % InboxBucket.Days);

    /// <summary>The buckets whose messages, handled when they were made, are past their time.</summary>
    public static IEnumerable<int> Past(long today, TimeSpan keep)
    {
        var first = Math.Min((int)Math.Min(Math.Ceiling(keep.TotalDays), InboxBucket.Days) + 1, Overdue);
        for (var age = first; age < InboxBucket.Days - Ahead; age++)
        {
            yield return InboxBucket.OfDay(today - age);
        }
    }

    /// <summary>
    /// What to do with a bucket that has <paramref name="old"/> rows past their time, counted up to one more than a statement may delete. To empty it takes few
    /// rows that were received later; with many of them it waits, and what still waits at the end is deleted.
    /// </summary>
    public static DayCare Care(long old, int batch) =>
        old == 0 ? DayCare.None
        : old <= batch ? DayCare.Delete
        : DayCare.Empty;

    /// <summary>The bucket could not be emptied, for it has many younger rows: true when it has to be deleted row by row now.</summary>
    public static bool IsOverdue(int bucket, long today) => Age(bucket, today) >= Overdue;
}

/// <summary>What a day of the inbox needs.</summary>
internal enum DayCare
{
    None,
    Delete,
    Empty,
}
