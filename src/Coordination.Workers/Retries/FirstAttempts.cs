namespace Coordination.Workers;

/// <summary>
/// First attempts of this process that are not written down yet, by backend and ten-second slot of the window. What is older counts no more: a day of good calls gives
/// no right to a storm.
/// </summary>
internal sealed class FirstAttempts(TimeProvider time)
{
    private const int MostBackends = 1_000;
    private readonly Lock gate = new();
    private readonly Dictionary<string, SortedDictionary<long, long>> backends = new(StringComparer.Ordinal);
    private readonly long start = time.GetTimestamp();

    public void Count(string backend) => Add(backend, Slot, 1);

    /// <summary>Takes what is counted, with how many slots ago it was.</summary>
    public IReadOnlyList<(int SlotsAgo, long Count)> Take(string backend)
    {
        lock (gate)
        {
            var now = Slot;
            return backends.Remove(backend, out var slots)
                ? [.. slots.Where(slot => slot.Key > now - Slots).Select(slot => ((int)(now - slot.Key), slot.Value))]
                : [];
        }
    }

    public void GiveBack(string backend, IReadOnlyList<(int SlotsAgo, long Count)> counted)
    {
        foreach (var (slotsAgo, count) in counted)
        {
            Add(backend, Slot - slotsAgo, count);
        }
    }

    private static long Slots => (long)(RetryRules.Window / RetryRules.Slot);

    private long Slot => (long)(time.GetElapsedTime(start) / RetryRules.Slot);

    private void Add(string backend, long slot, long count)
    {
        lock (gate)
        {
            if (!backends.TryGetValue(backend, out var slots))
            {
                if (backends.Count >= MostBackends)
                {
                    // Names made of data: forgetting first attempts only makes retries rarer.
                    backends.Clear();
                }

                backends.Add(backend, slots = []);
            }

            slots[slot] = slots.GetValueOrDefault(slot) + count;
            while (slots.Count > Slots)
            {
                slots.Remove(slots.Keys.First());
            }
        }
    }
}
