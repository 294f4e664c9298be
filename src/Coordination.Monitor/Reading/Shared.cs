using System.Collections.Concurrent;

namespace Coordination.Monitor;

/// <summary>Something costly to read that all viewers of this process share: read once for whoever asks meanwhile, and again when it is older than allowed.</summary>
internal sealed class Shared<T>(TimeProvider time, TimeSpan age, Func<CancellationToken, Task<T>> read)
{
    private readonly Lock gate = new();
    private (Task<T> Value, long At)? kept;

    /// <summary>At most as old as allowed. Whoever stops waiting does not stop the reading for others.</summary>
    public Task<T> GetAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (kept is not { } known || known.Value.IsFaulted || known.Value.IsCanceled || time.GetElapsedTime(known.At) >= age)
                kept = known = (Task.Run(() => read(CancellationToken.None), CancellationToken.None), time.GetTimestamp());
            return known.Value.WaitAsync(cancellationToken);
        }
    }
}

/// <summary>What follows from something that never changes, worked out once; a bounded number of them.</summary>
internal sealed class Remembered<TKey, T>(int most)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, T> known = new();

    public T Get(TKey key, Func<TKey, T> make)
    {
        if (known.TryGetValue(key, out var value))
            return value;
        if (known.Count >= most)
            known.Clear();
        return known.GetOrAdd(key, make);
    }
}
