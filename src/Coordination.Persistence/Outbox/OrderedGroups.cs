namespace Coordination.Persistence;

/// <summary>
/// Ordered rows of one group leave one after the other, each after the confirm of the one before; other groups do not wait for them. Pure bookkeeping:
/// it says which row is next.
/// </summary>
internal sealed class OrderedGroups
{
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, Queue<OutboxRow>> groups = [];

    /// <summary>True when the row is first and leaves now; otherwise it waits here.</summary>
    public bool Enter(OutboxRow row)
    {
        var group = row.Message.GroupId!.Value;
        lock (gate)
        {
            if (groups.TryGetValue(group, out var waiting))
            {
                waiting.Enqueue(row);
                return false;
            }

            groups.Add(group, new Queue<OutboxRow>(0));
            return true;
        }
    }

    /// <summary>The group's first row has left; the next one leaves now, if there is one.</summary>
    public OutboxRow? Left(Guid group)
    {
        lock (gate)
        {
            if (groups[group].TryDequeue(out var next))
            {
                return next;
            }

            groups.Remove(group);
            return null;
        }
    }

    /// <summary>
    /// The group's first row could not leave: those behind it must not overtake it. They are the caller's again, let go before anybody can enter anew and
    /// find them ahead.
    /// </summary>
    public IReadOnlyList<OutboxRow> Stuck(Guid group, Action<long> letGo)
    {
        lock (gate)
        {
            groups.Remove(group, out var waiting);
            OutboxRow[] behind = [.. waiting ?? []];
            foreach (var row in behind)
            {
                letGo(row.Id);
            }

            return behind;
        }
    }
}
