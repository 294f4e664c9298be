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
            var first = queues[0].Peek();
            var step = new List<Statement>(queues.Count);
            foreach (var queue in queues)
            {
                // One of each unit: two statements of one unit may concern the same row and must then take effect one after the other.
                if (AreAlike(queue.Peek(), first))
                {
                    step.Add(queue.Dequeue());
                }
            }

            steps.Add(step);
            queues.RemoveAll(queue => queue.Count == 0);
        }

        return steps;
    }

    /// <summary>One command can stand for both: the text, whether it is guarded, and the parameters in their order, which become columns.</summary>
    private static bool AreAlike(Statement one, Statement other)
    {
        if (
            !string.Equals(one.Text, other.Text, StringComparison.Ordinal)
            || !string.Equals(one.ForMany, other.ForMany, StringComparison.Ordinal)
            || one.MustAffect is null != other.MustAffect is null
            || one.Parameters.Length != other.Parameters.Length
        )
        {
            return false;
        }

        for (var i = 0; i < one.Parameters.Length; i++)
        {
            var (a, b) = (one.Parameters[i], other.Parameters[i]);
            if (!string.Equals(a.Name, b.Name, StringComparison.Ordinal) || a.Kind != b.Kind)
            {
                return false;
            }
        }

        return true;
    }
}
