using System.Collections.Concurrent;

namespace Coordination.Faults;

/// <summary>A place in the fleet: when its process ends, for whatever reason, the next one is started.</summary>
internal sealed class Slot : IAsyncDisposable
{
    private readonly Func<int, IReadOnlyDictionary<string, string>, NodeProcess> start;
    private readonly CancellationTokenSource ending = new();
    private readonly Task keeping;
    private volatile NodeProcess current;
    private readonly ConcurrentQueue<ArmedLife> next = new();
    private volatile string? standing;
    private readonly ConcurrentQueue<UpTime> upTimes = new();
    private int started;
    private int deaths;

    public Slot(string name, IReadOnlyCollection<string> roles, Func<int, IReadOnlyDictionary<string, string>, NodeProcess> start)
    {
        Name = name;
        Roles = roles;
        this.start = start;
        current = start(++started, NoMore);
        keeping = KeepAsync();
    }

    public string Name { get; }

    public IReadOnlyCollection<string> Roles { get; }

    public NodeProcess Current => current;

    /// <summary>How many of its processes have ended.</summary>
    public int Deaths => Volatile.Read(ref deaths);

    /// <summary>When its processes took work, that of now included.</summary>
    public IReadOnlyList<UpTime> UpTimes =>
        current.UpAt is { } since ? [.. upTimes, new UpTime(Name, since, TimeProvider.System.GetUtcNow())] : [.. upTimes];

    /// <summary>
    /// Environments of the processes that follow; after them there is none. A process that ends of something else before it is done (an agent that kills it,
    /// a crash) is followed by another with the same.
    /// </summary>
    public void Arm(IEnumerable<ArmedLife> lives)
    {
        foreach (var life in lives)
        {
            next.Enqueue(life);
        }
    }

    /// <summary>Says it to the process of now and to each that follows.</summary>
    public Task SayFromNowOnAsync(string line)
    {
        standing = line;
        // Whoever puts the next process in place sees the line, or this sees that process.
        Interlocked.MemoryBarrier();
        return current.SayAsync(line);
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await keeping;
        current.Dispose();
        ending.Dispose();
    }

    private static readonly IReadOnlyDictionary<string, string> NoMore = new Dictionary<string, string>();

    private async Task KeepAsync()
    {
        ArmedLife? armed = null;
        try
        {
            while (true)
            {
                await current.EndedAsync(ending.Token);
                var ended = current;
                if (ended.UpAt is { } since)
                {
                    upTimes.Enqueue(new UpTime(Name, since, TimeProvider.System.GetUtcNow()));
                }

                if (armed?.IsDone() != false)
                {
                    armed = next.TryDequeue(out var following) ? following : null;
                }

                current = start(++started, armed?.Environment ?? NoMore);
                Interlocked.MemoryBarrier();
                if (standing is { } line)
                {
                    await current.SayAsync(line);
                }

                Interlocked.Increment(ref deaths);
                ended.Dispose();
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }
}

/// <summary>A span in which a process of a slot took work.</summary>
public sealed record UpTime(string Slot, DateTimeOffset From, DateTimeOffset Until);

/// <summary>What a process is armed with, and whether all of it has happened or is given up.</summary>
internal sealed record ArmedLife(IReadOnlyDictionary<string, string> Environment, Func<bool> IsDone);
