namespace Coordination.Persistence;

/// <summary>
/// Puts the statements of several units of work into steps: statements of the same text become one step, and no unit's statements change places.
/// </summary>
internal static class GroupPlan
{
    /// <summary>Steps in the order of execution; each holds statements of one text.</summary>
    public static List<List<Statement>> Of(IEnumerable<IReadOnlyList<Statement>> units)
    {
        var queues = units.Where(unit => unit.Count > 0).Select(unit => new Queue<Statement>(unit)).ToList();
        var steps = new List<List<Statement>>();
        while (queues.Count > 0)
        {
            var text = queues[0].Peek().Text;
            var step = new List<Statement>(queues.Count);
            foreach (var queue in queues)
            {
                // One of each unit: two statements of one unit may concern the same row and must then take effect one after the other.
                if (string.Equals(queue.Peek().Text, text, StringComparison.Ordinal))
                {
                    step.Add(queue.Dequeue());
                }
            }

            steps.Add(step);
            queues.RemoveAll(queue => queue.Count == 0);
        }

        return steps;
    }
}
