namespace Coordination.Simulation;

/// <summary>Time that stands still until it is moved to the next timer. Whole milliseconds, as the database's clock shows them.</summary>
internal sealed class VirtualTime : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly PriorityQueue<(SimulatedTimer Timer, int Version), (long DueMs, long Sequence)> timers = new();
    private long sequence;

    /// <summary>Milliseconds since the start of the run.</summary>
    public long NowMs { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => Start.AddMilliseconds(NowMs);

    public override long GetTimestamp() => NowMs * TimeSpan.TicksPerMillisecond;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new SimulatedTimer(this, () => callback(state), dueTime, period);

    public Task Delay(TimeSpan time) => Task.Delay(time, this);

    /// <summary>Calls back once, unless the returned timer is disposed before.</summary>
    public ITimer After(TimeSpan time, Action callback) => new SimulatedTimer(this, callback, time, Timeout.InfiniteTimeSpan);

    /// <summary>Moves to the next timer and fires it; false when there is none.</summary>
    public bool FireNext()
    {
        while (timers.TryDequeue(out var entry, out var at))
        {
            if (entry.Timer.IsDue(entry.Version))
            {
                NowMs = Math.Max(NowMs, at.DueMs);
                SqliteClock.Set(GetUtcNow());
                entry.Timer.Fire();
                return true;
            }
        }

        return false;
    }

    private sealed class SimulatedTimer : ITimer
    {
        private readonly VirtualTime time;
        private readonly Action callback;
        private TimeSpan period;
        private int version;
        private bool armed;

        public SimulatedTimer(VirtualTime time, Action callback, TimeSpan dueTime, TimeSpan period)
        {
            this.time = time;
            this.callback = callback;
            Change(dueTime, period);
        }

        public bool IsDue(int of) => armed && of == version;

        public void Fire()
        {
            armed = false;
            if (period > TimeSpan.Zero)
            {
                Change(period, period);
            }

            callback();
        }

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            period = newPeriod;
            version++;
            armed = dueTime >= TimeSpan.Zero;
            if (armed)
            {
                var due = time.NowMs + (long)Math.Ceiling(dueTime.TotalMilliseconds);
                time.timers.Enqueue((this, version), (due, time.sequence++));
            }

            return true;
        }

        public void Dispose() => armed = false;

        public ValueTask DisposeAsync()
        {
            armed = false;
            return ValueTask.CompletedTask;
        }
    }
}
