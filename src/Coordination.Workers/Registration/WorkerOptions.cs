namespace Coordination.Workers;

/// <summary>How this process claims and keeps work, for all its agent types.</summary>
public sealed class WorkerOptions
{
    /// <summary>How long a claim is good without a renewal; after a crash others take over when it has run out. 1 s to 1 h.</summary>
    public TimeSpan LeaseTtl { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a delivery may wait for a free slot before it is stored as a claim for anyone. 0 to 5 min.</summary>
    public TimeSpan ClaimWait { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How often free slots look for claims others left behind. 50 ms to 1 min.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long running agents may go on after the process is asked to stop; then their work is handed back. 0 to 10 min.</summary>
    public TimeSpan ShutdownGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often agent types are announced to the registry. 1 s to 10 min.</summary>
    public TimeSpan AnnounceInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an agent may go on after its cancellation token has fired before its answer is given without it. 0 to 1 min.</summary>
    public TimeSpan CancelGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How many workers may vanish while they carry out the same attempt before it is failed instead of taken over again: an attempt that kills its
    /// process must not kill them all. 1 to 1,000.
    /// </summary>
    public int MaxCrashes { get; set; } = 10;

    /// <summary>How long closed claims are kept to recognise late repetitions of their orders. 1 min to 1 year.</summary>
    public TimeSpan KeepClosedClaims { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How long effects and their journals are kept after a run's last record. Never shorter than anything that could ask for them again: a redelivery, the longest run, a dead
    /// letter sent again. 31 days to 10 years.
    /// </summary>
    public TimeSpan KeepEffects { get; set; } = TimeSpan.FromDays(400);

    /// <summary>Everything that is wrong with the settings.</summary>
    internal IEnumerable<string> Problems()
    {
        (string Name, TimeSpan Value, TimeSpan Min, TimeSpan Max)[] ranges =
        [
            (nameof(LeaseTtl), LeaseTtl, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            (nameof(ClaimWait), ClaimWait, TimeSpan.Zero, TimeSpan.FromMinutes(5)),
            (nameof(PollInterval), PollInterval, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1)),
            (nameof(ShutdownGrace), ShutdownGrace, TimeSpan.Zero, TimeSpan.FromMinutes(10)),
            (nameof(AnnounceInterval), AnnounceInterval, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
            (nameof(CancelGrace), CancelGrace, TimeSpan.Zero, TimeSpan.FromMinutes(1)),
            (nameof(KeepEffects), KeepEffects, TimeSpan.FromDays(31), TimeSpan.FromDays(3_660)),
            (nameof(KeepClosedClaims), KeepClosedClaims, TimeSpan.FromMinutes(1), TimeSpan.FromDays(366)),
        ];
        foreach (var (name, value, min, max) in ranges.Where(range => range.Value < range.Min || range.Value > range.Max))
        {
            yield return $"WorkerOptions.{name} is {value}; it must be {min} to {max}.";
        }

        if (MaxCrashes is < 1 or > 1_000)
        {
            yield return $"WorkerOptions.MaxCrashes is {MaxCrashes}; it must be 1 to 1,000.";
        }
    }
}
