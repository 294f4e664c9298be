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
    public TimeSpan AnnounceInterval { get; set; } = TimeSpan.FromSeconds(10);
}
