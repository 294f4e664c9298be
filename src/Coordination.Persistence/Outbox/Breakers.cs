using System.Collections.Concurrent;

namespace Coordination.Persistence;

/// <summary>
/// A breaker per destination: a queue that is full or missing costs one try now and then instead of one per message, and holds up nobody else.
/// Closed → open after <see cref="FailuresToOpen"/> failures in a row; open → one probe when the pause is over; the probe closes it or doubles the pause.
/// </summary>
internal sealed class Breakers(TimeProvider clock, TimeSpan firstPause)
{
    /// <summary>Failures in a row that open a breaker.</summary>
    public const int FailuresToOpen = 3;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, Breaker> breakers = new(StringComparer.Ordinal);

    /// <summary>Destinations that are not tried at the moment.</summary>
    public IEnumerable<string> Open => breakers.Where(pair => !pair.Value.IsClosed).Select(pair => pair.Key);

    /// <summary>Null when a message may be tried now; otherwise how long to wait. While a breaker is open one caller per pause gets null: the probe.</summary>
    public TimeSpan? Wait(string destination)
    {
        if (!breakers.TryGetValue(destination, out var breaker))
        {
            return null;
        }

        lock (breaker)
        {
            if (breaker.IsClosed)
            {
                return null;
            }

            var left = breaker.Pause - clock.GetElapsedTime(breaker.Since);
            if (left > TimeSpan.Zero)
            {
                return left;
            }

            // The probe; whoever comes next waits for it.
            breaker.Since = clock.GetTimestamp();
            return null;
        }
    }

    public void Succeeded(string destination)
    {
        if (breakers.TryGetValue(destination, out var breaker))
        {
            lock (breaker)
            {
                breaker.Failures = 0;
                breaker.IsClosed = true;
            }

            breakers.TryRemove(destination, out _);
        }
    }

    /// <summary>True when this failure has opened the breaker.</summary>
    public bool Failed(string destination)
    {
        var breaker = breakers.GetOrAdd(destination, _ => new Breaker());
        lock (breaker)
        {
            breaker.Failures++;
            if (breaker.Failures < FailuresToOpen)
            {
                return false;
            }

            var opened = breaker.IsClosed;
            breaker.IsClosed = false;
            breaker.Pause =
                opened ? firstPause
                : breaker.Pause * 2 < LongestPause ? breaker.Pause * 2
                : LongestPause;
            breaker.Since = clock.GetTimestamp();
            return opened;
        }
    }

    private sealed class Breaker
    {
        public int Failures { get; set; }

        public bool IsClosed { get; set; } = true;

        public TimeSpan Pause { get; set; }

        public long Since { get; set; }
    }
}
