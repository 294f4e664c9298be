namespace Coordination.Monitor;

/// <summary>When the next target of an operation is due. What was slow is not caught up with, beyond a tenth of a second: a rate is a promise to whoever bears it.</summary>
internal sealed class Pace
{
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(100);
    private readonly TimeProvider clock;
    private readonly long start;
    private readonly TimeSpan interval;
    private TimeSpan due;

    /// <param name="clock">The clock of the process.</param>
    /// <param name="perSecond">So many a second at most.</param>
    /// <param name="sinceLast">Time since the last target was done, by whichever process; null: none was.</param>
    public Pace(TimeProvider clock, double perSecond, TimeSpan? sinceLast)
    {
        (this.clock, start, interval) = (clock, clock.GetTimestamp(), TimeSpan.FromSeconds(1 / perSecond));
        due = sinceLast is { } since ? interval - since : TimeSpan.Zero;
    }

    /// <summary>Time until the next target is due; not positive: now.</summary>
    public TimeSpan Rest => due - clock.GetElapsedTime(start);

    /// <summary>A target was done.</summary>
    public void Done()
    {
        var late = clock.GetElapsedTime(start) - Burst;
        due = (due > late ? due : late) + interval;
    }
}
