namespace Coordination.Persistence;

/// <summary>
/// Lets one unit of work at a time of this process change a row; the others wait in order. Other processes are excluded by the row's version. Whoever has
/// the row may leave what will become of it to the next (<see cref="Offer"/>, <see cref="Exit"/>), which then need not read it.
/// </summary>
internal sealed class KeyedGate
{
    private readonly Lock gate = new();
    private readonly Dictionary<(object Kind, Guid Id), Entered> rows = [];

    /// <summary>
    /// Completes when the row is the caller's, with what the one before left of it, or null where it has to be read; <see cref="Exit"/> must follow.
    /// Cancelled it is not the caller's.
    /// </summary>
    /// <param name="kind">The table.</param>
    /// <param name="id">The row's key.</param>
    /// <param name="owner">Who enters: the same object leaves.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task<LeftRow?> EnterAsync(object kind, Guid id, object owner, CancellationToken cancellationToken = default)
    {
        Waiting turn;
        lock (gate)
        {
            if (!rows.TryGetValue((kind, id), out var row))
            {
                rows.Add((kind, id), new Entered(owner));
                return Task.FromResult<LeftRow?>(null);
            }

            if (row.Offered is { } offered)
            {
                (row.Owner, row.Offered) = (owner, null);
                return Task.FromResult<LeftRow?>(offered);
            }

            turn = new Waiting(owner);
            row.Queue.Enqueue(turn);
        }

        return cancellationToken.CanBeCanceled ? WaitAsync(turn, cancellationToken) : turn.Source.Task;
    }

    /// <summary>The owner is done with the row, though not over: whoever waits for it, or comes before the owner exits, has it from here.</summary>
    public void Offer(object kind, Guid id, object owner, LeftRow left) => Give(kind, id, owner, left, stays: true);

    /// <summary>Does nothing when the row is somebody else's by now.</summary>
    /// <param name="kind">The table.</param>
    /// <param name="id">The row's key.</param>
    /// <param name="owner">Who entered.</param>
    /// <param name="left">The row as it is now, for the next in the queue; null: that one reads it.</param>
    public void Exit(object kind, Guid id, object owner, LeftRow? left = null) => Give(kind, id, owner, left, stays: false);

    private void Give(object kind, Guid id, object owner, LeftRow? left, bool stays)
    {
        Waiting? next;
        do
        {
            lock (gate)
            {
                if (!rows.TryGetValue((kind, id), out var row) || !ReferenceEquals(row.Owner, owner))
                {
                    return;
                }

                if (row.Queue.TryDequeue(out next))
                {
                    row.Owner = next.Owner;
                    owner = next.Owner;
                }
                else if (stays)
                {
                    row.Offered = left;
                }
                else
                {
                    rows.Remove((kind, id));
                }
            }

            // Whoever has given up waiting is passed over.
        } while (next?.Source.TrySetResult(left) == false);
    }

    private static async Task<LeftRow?> WaitAsync(Waiting turn, CancellationToken cancellationToken)
    {
        await using var registered = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource<LeftRow?>)state!).TrySetCanceled(token),
            turn.Source
        );
        return await turn.Source.Task.ConfigureAwait(false);
    }

    private sealed class Entered(object owner)
    {
        public object Owner { get; set; } = owner;

        public LeftRow? Offered { get; set; }

        public Queue<Waiting> Queue { get; } = new(0);
    }

    private sealed class Waiting(object owner)
    {
        public object Owner { get; } = owner;

        public TaskCompletionSource<LeftRow?> Source { get; } = new();
    }
}

/// <summary>A row as a unit of work left it.</summary>
/// <param name="Row">Never changed: whoever takes it copies it.</param>
/// <param name="Behind">The commit that writes it and is not known to have happened; null when it has.</param>
internal sealed record LeftRow(object Row, CommitRequest? Behind);
