namespace Coordination.Persistence;

/// <summary>How long settled rows stay. Open dead letters stay until a person decides.</summary>
public sealed class RetentionOptions
{
    /// <summary>
    /// A message that comes again after this time would take effect again: longer than any redelivery, dead-letter retry or replay can come. At least one hour.
    /// </summary>
    public TimeSpan Inbox { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Counts of redeliveries. At least one hour.</summary>
    public TimeSpan Redeliveries { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Dead letters that were retried, edited or discarded, counted from then. Open ones are never removed. At least one hour.</summary>
    public TimeSpan DeadLetters { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Time between two sweeps.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Rows removed in one statement, 1 to 5,000.</summary>
    public int BatchSize { get; set; } = 5_000;

    /// <summary>Rest between two statements of one sweep, so that it never crowds out the work.</summary>
    public TimeSpan Pause { get; set; } = TimeSpan.FromMilliseconds(100);

    internal IEnumerable<string> Problems(string owner)
    {
        if (Inbox < TimeSpan.FromHours(1))
        {
            yield return $"{owner}.Retention.Inbox is {Inbox}: at least one hour is needed, or redelivered messages take effect twice.";
        }

        if (Redeliveries < TimeSpan.FromHours(1))
        {
            yield return $"{owner}.Retention.Redeliveries is {Redeliveries}: at least one hour is needed.";
        }

        if (DeadLetters < TimeSpan.FromHours(1))
        {
            yield return $"{owner}.Retention.DeadLetters is {DeadLetters}: at least one hour is needed.";
        }

        if (Every <= TimeSpan.Zero)
        {
            yield return $"{owner}.Retention.Every is {Every}: it must be positive.";
        }

        if (BatchSize is < 1 or > 5_000)
        {
            yield return $"{owner}.Retention.BatchSize is {BatchSize}: 1 to 5,000 are allowed.";
        }

        if (Pause < TimeSpan.Zero)
        {
            yield return $"{owner}.Retention.Pause is {Pause}: it must not be negative.";
        }
    }
}
