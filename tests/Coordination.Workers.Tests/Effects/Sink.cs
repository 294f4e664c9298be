using System.Collections.Concurrent;

namespace Coordination.Workers.Tests.Effects;

/// <summary>A target outside: counts calls, does what a key stands for once, and can answer, fail, hang or lose its answer.</summary>
internal sealed class Sink
{
    private readonly ConcurrentDictionary<string, int> done = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(string Key, DateTimeOffset At)> calls = new();
    private int count;

    /// <summary>What call number n (from 1) does before (false) and after (true) it has taken effect.</summary>
    public Func<int, bool, CancellationToken, Task> On { get; set; } = (_, _, _) => Task.CompletedTask;

    public IReadOnlyCollection<(string Key, DateTimeOffset At)> Calls => calls;

    /// <summary>How often what the key stands for was done, by a target that takes no notice of keys.</summary>
    public int Done(string key) => done.GetValueOrDefault(key);

    public int AllDone => done.Values.Sum();

    public async Task<Receipt> CallAsync(string key, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref count);
        calls.Enqueue((key, TimeProvider.System.GetUtcNow()));
        await On(number, false, cancellationToken);
        done.AddOrUpdate(key, 1, (_, before) => before + 1);
        await On(number, true, cancellationToken);
        return new Receipt(number);
    }

    public Task<ProbeAnswer<Receipt>> ProbeAsync(string key, CancellationToken cancellationToken) =>
        Task.FromResult<ProbeAnswer<Receipt>>(
            Done(key) > 0 ? new ProbeAnswer<Receipt>.Happened(new Receipt(-1)) : new ProbeAnswer<Receipt>.DidNotHappen()
        );
}

internal sealed record Receipt(int Number);
