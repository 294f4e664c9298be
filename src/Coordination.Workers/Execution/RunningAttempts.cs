using System.Collections.Concurrent;

namespace Coordination.Workers;

/// <summary>The attempts this process carries out at the moment.</summary>
internal sealed class RunningAttempts
{
    // By epoch too: a claim lost and taken over again by this very process runs beside what is left of its first life.
    private readonly ConcurrentDictionary<(Guid Claim, long Epoch), Attempt> attempts = new();

    public int Count => attempts.Count;

    public IReadOnlyList<Attempt> All => [.. attempts.Values];

    /// <summary>False when it runs here already.</summary>
    public bool TryAdd(Attempt attempt) => attempts.TryAdd(Key(attempt), attempt);

    public void Remove(Attempt attempt) => attempts.TryRemove(Key(attempt), out _);

    public void Cancel(Guid claimId, long epoch)
    {
        if (attempts.TryGetValue((claimId, epoch), out var attempt))
        {
            attempt.Stop(StopCause.CancelRequested);
        }
    }

    private static (Guid, long) Key(Attempt attempt) => (attempt.Claim.Id, attempt.Claim.Epoch);
}
