namespace Coordination.Persistence;

/// <summary>
/// Retries many dead letters, never faster than asked. Ends early when it is cancelled, between two letters: what was retried stays retried, the rest stays
/// parked. The ids are fixed before it begins, so a letter that fails again is not retried in a circle.
/// </summary>
public static class Replay
{
    /// <param name="deadLetters">Where they are.</param>
    /// <param name="ids">Which, in order.</param>
    /// <param name="perSecond">How many in a second at most.</param>
    /// <param name="by">Who does it.</param>
    /// <param name="clock">Paces it.</param>
    /// <param name="progress">Told after each letter.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static async Task<ReplayOutcome> RunAsync(
        IDeadLetters deadLetters,
        IReadOnlyList<long> ids,
        double perSecond,
        string by,
        TimeProvider clock,
        Action<ReplayOutcome>? progress,
        CancellationToken cancellationToken
    )
    {
        var (retried, missing) = (new List<long>(), new List<long>());
        var start = clock.GetTimestamp();
        for (var i = 0; i < ids.Count; i++)
        {
            try
            {
                await WaitAsync(clock, TimeSpan.FromSeconds(i / perSecond) - clock.GetElapsedTime(start), cancellationToken);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            // Not cancelled half way: what it did to this letter would be unknown.
            (await deadLetters.RetryAsync(ids[i], by, CancellationToken.None) ? retried : missing).Add(ids[i]);
            progress?.Invoke(new ReplayOutcome(retried, missing, ids.Count));
        }

        return new ReplayOutcome(retried, missing, ids.Count);
    }

    private static async Task WaitAsync(TimeProvider clock, TimeSpan rest, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, clock, cancellationToken);
        }
    }
}

/// <summary>How far a replay came.</summary>
/// <param name="Retried">On their way again.</param>
/// <param name="Missing">Not open any more when their turn came.</param>
/// <param name="Total">All it was asked for.</param>
public sealed record ReplayOutcome(IReadOnlyList<long> Retried, IReadOnlyList<long> Missing, int Total)
{
    /// <summary>Those it did not come to; they stay parked.</summary>
    public int Left => Total - Retried.Count - Missing.Count;
}
