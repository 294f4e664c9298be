namespace Coordination.Persistence;

/// <summary>Lets one unit of work at a time of this process change a row; the others wait in order. Other processes are excluded by the row's version.</summary>
internal sealed class KeyedGate
{
    private readonly Lock gate = new();
    private readonly Dictionary<(object Kind, Guid Id), Queue<TaskCompletionSource>?> entered = [];

    /// <summary>Completes when the row is the caller's; <see cref="Exit"/> must follow. Cancelled it is not the caller's.</summary>
    public Task EnterAsync(object kind, Guid id, CancellationToken cancellationToken = default)
    {
        TaskCompletionSource turn;
        lock (gate)
        {
            if (entered.TryAdd((kind, id), null))
            {
                return Task.CompletedTask;
            }

            turn = new TaskCompletionSource();
            (entered[(kind, id)] ??= new Queue<TaskCompletionSource>()).Enqueue(turn);
        }

        return cancellationToken.CanBeCanceled ? WaitAsync(turn, cancellationToken) : turn.Task;
    }

    public void Exit(object kind, Guid id)
    {
        TaskCompletionSource? next;
        do
        {
            next = null;
            lock (gate)
            {
                if (entered[(kind, id)]?.TryDequeue(out next) != true)
                {
                    entered.Remove((kind, id));
                }
            }

            // Whoever has given up waiting is passed over.
        } while (next?.TrySetResult() == false);
    }

    private static async Task WaitAsync(TaskCompletionSource turn, CancellationToken cancellationToken)
    {
        await using var registered = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token),
            turn
        );
        await turn.Task.ConfigureAwait(false);
    }
}
