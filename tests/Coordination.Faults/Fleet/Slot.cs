using System.Collections.Concurrent;

namespace Coordination.Faults;

/// <summary>A place in the fleet: when its process ends, for whatever reason, the next one is started.</summary>
internal sealed class Slot : IAsyncDisposable
{
    private readonly Func<int, IReadOnlyDictionary<string, string>, NodeProcess> start;
    private readonly CancellationTokenSource ending = new();
    private readonly Task keeping;
    private volatile NodeProcess current;
    private readonly ConcurrentQueue<IReadOnlyDictionary<string, string>> next = new();
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

    /// <summary>Environments of the processes that follow, one each; after them there is none.</summary>
    public void Arm(IEnumerable<IReadOnlyDictionary<string, string>> environments)
    {
        foreach (var environment in environments)
        {
            next.Enqueue(environment);
        }
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
        try
        {
            while (true)
            {
                await current.EndedAsync(ending.Token);
                var ended = current;
                current = start(++started, next.TryDequeue(out var environment) ? environment : NoMore);
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
