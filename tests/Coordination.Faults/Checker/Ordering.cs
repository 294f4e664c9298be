namespace Coordination.Faults.Checker;

/// <summary>Numbered messages of a key (I-7).</summary>
public static class Ordering
{
    /// <summary>I-7: per key, what was applied is 1, 2, 3 … up to the last that was sent.</summary>
    public static IEnumerable<Violation> EveryKeyIsAppliedInOrder(Evidence evidence)
    {
        var applied = evidence.Applied.ToLookup(order => order.Key);
        foreach (var sent in evidence.Sent.GroupBy(order => order.Key))
        {
            var numbers = applied[sent.Key].ToList();
            var expected = 1;
            foreach (var order in numbers)
            {
                if (order.Number != expected)
                {
                    var missed = numbers.Find(one => one.Number == expected);
                    yield return new Violation(
                        "I-7",
                        $"key {sent.Key}: {order.Number} was applied by {order.Process} at {order.At:HH:mm:ss.fff} when {expected} was next"
                            + (missed is null ? "" : $", which {missed.Process} applied at {missed.At:HH:mm:ss.fff}")
                    );
                    break;
                }

                expected++;
            }

            if (numbers.Count != sent.Count())
            {
                yield return new Violation("I-7", $"key {sent.Key}: {sent.Count()} were sent, {numbers.Count} applied");
            }
        }

        var known = evidence.Sent.Select(order => order.Key).ToHashSet();
        foreach (var key in applied.Select(numbers => numbers.Key).Where(key => !known.Contains(key)))
        {
            yield return new Violation("I-7", $"key {key} was applied and nobody had sent it");
        }
    }
}
