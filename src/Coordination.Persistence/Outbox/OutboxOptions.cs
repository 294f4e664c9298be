namespace Coordination.Persistence;

/// <summary>How the outbox delivers.</summary>
public sealed class OutboxOptions
{
    /// <summary>
    /// Messages under way at the same time, to the broker or to endpoints of this process; more stay in the table until there is room. 1 to 100,000.
    /// </summary>
    public int MaxInFlight { get; set; } = 10_000;

    /// <summary>
    /// Messages for an endpoint of the same process are handed over in memory instead of travelling through the broker. Their rows stay until the receiver
    /// has committed.
    /// </summary>
    public bool HandOver { get; set; } = true;

    /// <summary>Rows one claim of the sweep takes at most; with more due the next follows at once. 1 to 5,000.</summary>
    public int SweepBatch { get; set; } = 100;

    /// <summary>Longest time between two looks at the table. 50 ms to 1 minute.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a claimed row belongs to the instance that claimed it. 1 second to 10 minutes; above <see cref="PublishTimeout"/>.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Own deadline of every publish; after it the outcome is unknown and the message is sent again with the same id.</summary>
    public TimeSpan PublishTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Refusals by the broker before a message is parked. 1 to 100.</summary>
    public int MaxAttempts { get; set; } = 12;

    /// <summary>First delay after a refusal; doubles up to a minute, so the defaults park after about four minutes.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Embedded mode: how long a message handed over in memory may stay unhandled before it is handed over again.</summary>
    public TimeSpan HandOverLease { get; set; } = TimeSpan.FromMinutes(10);

    internal IEnumerable<string> Problems()
    {
        if (MaxInFlight is < 1 or > 100_000)
        {
            yield return "Outbox:MaxInFlight must be 1 to 100,000.";
        }

        if (SweepBatch is < 1 or > 5_000)
        {
            yield return "Outbox:SweepBatch must be 1 to 5,000.";
        }

        if (SweepInterval < TimeSpan.FromMilliseconds(50) || SweepInterval > TimeSpan.FromMinutes(1))
        {
            yield return "Outbox:SweepInterval must be 50 ms to 1 minute.";
        }

        if (Lease <= PublishTimeout || Lease > TimeSpan.FromMinutes(10))
        {
            yield return "Outbox:Lease must be longer than Outbox:PublishTimeout and at most 10 minutes.";
        }

        if (MaxAttempts is < 1 or > 100)
        {
            yield return "Outbox:MaxAttempts must be 1 to 100.";
        }
    }
}
