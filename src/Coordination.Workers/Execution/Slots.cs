namespace Coordination.Workers;

/// <summary>The places of one agent type in this process. Whoever waits gets them in order of arrival: new deliveries and takeovers alike.</summary>
internal sealed class Slots(int count) : IDisposable
{
    private readonly SemaphoreSlim free = new(count, count);

    public int Count { get; } = count;

    public int Free => free.CurrentCount;

    /// <summary>False when none came free in time.</summary>
    public async Task<bool> WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        if (TryTake())
        {
            return true;
        }

        // Waiting is by the clock given; the semaphore's own timeout would go by the system's.
        using var late = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        var waiting = free.WaitAsync(either.Token);
        await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (waiting.IsCompletedSuccessfully)
        {
            return true;
        }

        cancellationToken.ThrowIfCancellationRequested();
        return false;
    }

    public Task WaitAsync(CancellationToken cancellationToken) => free.WaitAsync(cancellationToken);

    public bool TryTake() => free.Wait(TimeSpan.Zero);

    public void Release() => free.Release();

    public void Dispose() => free.Dispose();
}

/// <summary>A slot held for a delivery until its transaction has committed and the attempt takes it over.</summary>
internal sealed class SlotHold(Slots slots) : IDisposable
{
    private int state;

    /// <summary>Passes the slot to the attempt that starts; false when the delivery has ended.</summary>
    public bool TryPassOn() => Interlocked.CompareExchange(ref state, 1, 0) == 0;

    /// <summary>Gives the slot back unless it was passed on.</summary>
    public void Dispose()
    {
        if (Interlocked.CompareExchange(ref state, 2, 0) == 0)
        {
            slots.Release();
        }
    }
}
