namespace Coordination.Simulation;

/// <summary>The clock of one simulated process: it stops with the process, and while the process is frozen its timers wait for the thaw.</summary>
internal sealed class NodeTime(VirtualTime time) : TimeProvider
{
    /// <summary>The process is gone: no timer of it fires any more.</summary>
    public bool Stopped { get; set; }

    /// <summary>Virtual milliseconds until which nothing of the process moves.</summary>
    public long FrozenUntilMs { get; set; }

    public bool IsFrozen => FrozenUntilMs > time.NowMs;

    public override long TimestampFrequency => time.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        void Fire()
        {
            if (Stopped)
            {
                return;
            }

            if (IsFrozen)
            {
                _ = time.After(TimeSpan.FromMilliseconds(FrozenUntilMs - time.NowMs), Fire);
                return;
            }

            callback(state);
        }

        return time.CreateTimer(_ => Fire(), null, dueTime, period);
    }
}
