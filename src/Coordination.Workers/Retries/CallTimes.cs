using System.Collections.Concurrent;

namespace Coordination.Workers;

/// <summary>How long calls of a tool take, by the last ones of this process.</summary>
internal sealed class CallTimes
{
    private const int Kept = 64;
    private readonly ConcurrentDictionary<string, Ring> tools = new(StringComparer.Ordinal);

    public void Add(string tool, TimeSpan took) => tools.GetOrAdd(tool, _ => new Ring()).Add(took);

    /// <summary>Zero while nothing is known.</summary>
    public TimeSpan Median(string tool) => tools.TryGetValue(tool, out var ring) ? ring.Median : TimeSpan.Zero;

    private sealed class Ring
    {
        private readonly TimeSpan[] last = new TimeSpan[Kept];
        private readonly Lock gate = new();
        private int count;

        public void Add(TimeSpan took)
        {
            lock (gate)
            {
                last[count++ % Kept] = took;
            }
        }

        public TimeSpan Median
        {
            get
            {
                lock (gate)
                {
                    var known = last.AsSpan(0, Math.Min(count, Kept)).ToArray();
                    Array.Sort(known);
                    return known.Length == 0 ? TimeSpan.Zero : known[known.Length / 2];
                }
            }
        }
    }
}
