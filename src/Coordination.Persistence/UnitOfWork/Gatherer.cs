namespace Coordination.Persistence;

/// <summary>
/// Natural batching: what waits when a lane gets free is handled together; nothing ever waits for company. With little to do each item goes alone and at
/// once; the busier the lanes, the larger the groups.
/// </summary>
/// <param name="lanes">Groups under way at the same time, at least 1.</param>
/// <param name="most">Items in one group at most.</param>
/// <param name="run">Handles a group to its end. Must not throw: it reports to each item by itself.</param>
internal sealed class Gatherer<T>(int lanes, int most, Func<IReadOnlyList<T>, Task> run) : IHoldable
{
    private readonly Lock gate = new();
    private readonly Queue<T> waiting = new();
    private int running;
    private int lent;
    private int holds;

    /// <summary>Returns at once; the group's work may begin on the caller's thread.</summary>
    public void Add(T item)
    {
        lock (gate)
        {
            waiting.Enqueue(item);
            if (holds > 0 || running >= lanes + lent)
            {
                return;
            }

            running++;
        }

        _ = RunLaneAsync();
    }

    /// <summary>Until <see cref="Release"/> items are only collected: their senders are known to come in one burst.</summary>
    public void Hold()
    {
        lock (gate)
        {
            holds++;
        }
    }

    public void Release()
    {
        var start = 0;
        lock (gate)
        {
            holds--;
            if (holds == 0 && waiting.Count > 0)
            {
                start = Math.Max(0, Math.Min(lanes + lent - running, 1 + ((waiting.Count - 1) / most)));
                running += start;
            }
        }

        for (; start > 0; start--)
        {
            _ = RunLaneAsync();
        }
    }

    /// <summary>One of the lanes is blocked by what came after its group: until <see cref="TakeBack"/> another one stands in for it.</summary>
    public void Lend()
    {
        lock (gate)
        {
            lent++;
            if (holds > 0 || waiting.Count == 0 || running >= lanes + lent)
            {
                return;
            }

            running++;
        }

        _ = RunLaneAsync();
    }

    public void TakeBack()
    {
        lock (gate)
        {
            lent--;
        }
    }

    private async Task RunLaneAsync()
    {
        while (Take() is { } group)
        {
            await run(group).ConfigureAwait(false);
        }
    }

    private List<T>? Take()
    {
        lock (gate)
        {
            if (holds > 0 || waiting.Count == 0 || running > lanes + lent)
            {
                running--;
                return null;
            }

            var group = new List<T>(Math.Min(most, waiting.Count));
            while (group.Count < most && waiting.TryDequeue(out var item))
            {
                group.Add(item);
            }

            return group;
        }
    }
}

/// <summary>Collects only, while somebody holds it.</summary>
internal interface IHoldable
{
    void Hold();

    void Release();

    void Lend();

    void TakeBack();
}
