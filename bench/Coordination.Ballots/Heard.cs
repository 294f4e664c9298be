using System.Collections.Concurrent;

namespace Coordination.Ballots;

/// <summary>Who waits for what to be over.</summary>
internal sealed class Heard
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> waiting = new();

    public Task WaitAsync(Guid id)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[id] = source;
        return source.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    public void Of(Guid id)
    {
        if (waiting.TryRemove(id, out var source))
        {
            source.SetResult();
        }
    }
}
