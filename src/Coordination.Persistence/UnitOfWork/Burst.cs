namespace Coordination.Persistence;

/// <summary>
/// Starts many short pieces of work one after the other on one thread while the gatherers hold, so that what they ask of the database is asked together.
/// A piece that blocks its thread does no harm: after <see cref="Patience"/> the gatherers are let go and another thread takes the pieces behind it.
/// </summary>
internal sealed class Burst
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(10);
    private readonly IReadOnlyList<IHoldable> gatherers;
    private readonly TimeProvider clock;
    private readonly Lock gate = new();
    private readonly List<Running> bursts = [];
    private readonly ITimer watch;
    private bool watching;

    public Burst(IReadOnlyList<IHoldable> gatherers, TimeProvider clock)
    {
        this.gatherers = gatherers;
        this.clock = clock;
        watch = clock.CreateTimer(_ => LookAfter(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Returns when every piece was started, or when another thread has taken over what is behind a blocking one.</summary>
    /// <param name="items">What to start, in order.</param>
    /// <param name="start">Starts one; must not throw.</param>
    /// <param name="lane">The gatherer whose lane this runs on: while a piece blocks its thread another lane stands in.</param>
    public void Run<T>(IReadOnlyList<T> items, Action<T> start, IHoldable? lane = null)
    {
        if (items.Count == 0)
        {
            return;
        }

        Run(items.Count, i => start(items[i]), lane);
    }

    private void Run(int count, Action<int> start, IHoldable? lane)
    {
        foreach (var gatherer in gatherers)
        {
            gatherer.Hold();
        }

        var running = new Running(count, start, lane, clock.GetTimestamp());
        lock (gate)
        {
            bursts.Add(running);
            if (!watching)
            {
                watching = true;
                watch.Change(Patience, Patience);
            }
        }

        running.Go(clock);
        lock (gate)
        {
            bursts.Remove(running);
        }

        if (!LetGo(running))
        {
            lane?.TakeBack();
        }
    }

    /// <summary>False when it has been let go before.</summary>
    private bool LetGo(Running running)
    {
        if (!running.TryLetGo())
        {
            return false;
        }

        foreach (var gatherer in gatherers)
        {
            gatherer.Release();
        }

        return true;
    }

    private void LookAfter()
    {
        Running[] stuck;
        lock (gate)
        {
            if (bursts.Count == 0)
            {
                watching = false;
                watch.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                return;
            }

            stuck = [.. bursts.Where(burst => clock.GetElapsedTime(burst.LastStart) > Patience)];
        }

        foreach (var burst in stuck)
        {
            if (LetGo(burst))
            {
                burst.Lane?.Lend();
            }

            if (burst.HasMore)
            {
                ThreadPool.UnsafeQueueUserWorkItem(state => state.Burst.Go(state.Clock), (Burst: burst, Clock: clock), preferLocal: false);
            }
        }
    }

    private sealed class Running(int count, Action<int> start, IHoldable? lane, long begun)
    {
        private int next;
        private int letGo;
        private long lastStart = begun;

        public IHoldable? Lane => lane;

        public long LastStart => Volatile.Read(ref lastStart);

        public bool HasMore => Volatile.Read(ref next) < count;

        public bool TryLetGo() => Interlocked.Exchange(ref letGo, 1) == 0;

        public void Go(TimeProvider clock)
        {
            for (var i = Interlocked.Increment(ref next) - 1; i < count; i = Interlocked.Increment(ref next) - 1)
            {
                Volatile.Write(ref lastStart, clock.GetTimestamp());
                start(i);
            }
        }
    }
}
