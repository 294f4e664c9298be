namespace Coordination.Workers;

/// <summary>How many retries a backend bears, for the whole fleet. Pure.</summary>
internal static class RetryRules
{
    /// <summary>Calls are counted over this time.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    /// <summary>Counts are kept per slot of this length.</summary>
    public static readonly TimeSpan Slot = TimeSpan.FromSeconds(10);

    /// <summary>Retries per slot that are always allowed: a backend that is hardly used could otherwise never be retried.</summary>
    public const int Floor = 3;

    /// <summary>Retries per first attempt.</summary>
    public const double Ratio = 0.1;

    /// <param name="firsts">First attempts in the window.</param>
    /// <param name="retries">Retries in the window.</param>
    /// <param name="retriesInSlot">Retries in the present slot.</param>
    public static bool Allows(long firsts, long retries, long retriesInSlot) => retriesInSlot < Floor || retries + 1 <= firsts * Ratio;
}
