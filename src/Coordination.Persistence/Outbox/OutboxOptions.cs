namespace Coordination.Persistence;

/// <summary>How the outbox delivers.</summary>
public sealed class OutboxOptions
{
    /// <summary>Messages delivered at the same time from memory. 1 to 256.</summary>
    public int Lanes { get; set; } = 16;

    /// <summary>Messages a lane holds before it leaves the rest to the sweep. 1 to 100,000.</summary>
    public int LaneBound { get; set; } = 1_000;

    /// <summary>Rows one sweep claims. 1 to 5,000.</summary>
    public int SweepBatch { get; set; } = 200;

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
        if (Lanes is < 1 or > 256)
        {
            yield return "Outbox:Lanes must be 1 to 256.";
        }

        if (LaneBound is < 1 or > 100_000)
        {
            yield return "Outbox:LaneBound must be 1 to 100,000.";
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
