namespace Coordination.Workers;

/// <summary>When the next call of a failed effect may be made. Pure.</summary>
internal static class RetryDelays
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause by our own choice.</summary>
    public static readonly TimeSpan Cap = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Full jitter, <c>random(0, min(cap, 200 ms * 2^failures))</c> (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015), after what the target has
    /// asked for; the random part stays, or all who were refused together would come back together.
    /// </summary>
    /// <param name="failures">Failed calls so far, 1 or more.</param>
    /// <param name="retryAfter">The target's wish.</param>
    /// <param name="jitter">Random, 0 up to 1.</param>
    public static TimeSpan After(int failures, TimeSpan? retryAfter, double jitter)
    {
        var ceiling = Math.Min(Cap.TotalMilliseconds, First.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 30)));
        return (retryAfter ?? TimeSpan.Zero) + TimeSpan.FromMilliseconds(ceiling * jitter);
    }
}
