namespace Coordination.Persistence;

/// <summary>Lets one unit of work at a time of this process change a row; the others wait in order. Other processes are excluded by the row's version.</summary>
internal sealed class KeyedGate
{
    private readonly Lock gate = new();
    private readonly Dictionary<(object Kind, Guid Id), Queue<TaskCompletionSource>?> entered = [];

    /// <summary>Completes when the row is the caller's; <see cref="Exit"/> must follow.</summary>
    public Task EnterAsync(object kind, Guid id)
    {
        lock (gate)
        {
            if (entered.TryAdd((kind, id), null))
            {
                return Task.CompletedTask;
            }

            var turn = new TaskCompletionSource();
            (entered[(kind, id)] ??= new Queue<TaskCompletionSource>()).Enqueue(turn);
            return turn.Task;
        }
    }

    public void Exit(object kind, Guid id)
    {
        TaskCompletionSource? next = null;
        lock (gate)
        {
            if (entered[(kind, id)]?.TryDequeue(out next) != true)
            {
                entered.Remove((kind, id));
            }
        }

        next?.SetResult();
    }
}
