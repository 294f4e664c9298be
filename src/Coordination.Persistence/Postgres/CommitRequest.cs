namespace Coordination.Persistence;

/// <summary>
/// A unit of work that wants to commit. One that works on a row which the one before it leaves uncommitted goes into the same transaction behind it
/// (<see cref="TryFollow"/>): several messages of one saga then cost one commit. What the one before fails to commit, those behind it fail to commit, too.
/// </summary>
internal sealed class CommitRequest(CommitMember member, bool unhurried = false)
{
    /// <summary>Members of one chain at most: one failing member costs each of them a commit of its own.</summary>
    private const int Longest = 32;

    // Continuations run where the group's work is, one after the other: see Burst.
    private readonly TaskCompletionSource done = new();
    private readonly Lock gate = new();
    private CommitRequest? head;
    private CommitRequest? previous;
    private List<CommitRequest>? chain;
    private bool isTaken;

    public CommitMember Member { get; } = member;

    /// <summary>It need not outlive a crash of the database.</summary>
    public bool IsUnhurried { get; } = unhurried;

    /// <summary>The message was handled before; nothing was committed.</summary>
    public bool IsDuplicate { get; set; }

    /// <summary>Nothing was committed, or the outcome is not known.</summary>
    public Exception? Error { get; set; }

    /// <summary>Completes when the outcome is there; throws <see cref="Error"/>.</summary>
    public Task Done => done.Task;

    /// <summary>Its messages are with the relay.</summary>
    public bool IsAnnounced { get; set; }

    /// <summary>Goes behind <paramref name="before"/>, in its transaction; false when that is under way, or cannot hold both.</summary>
    public bool TryFollow(CommitRequest before)
    {
        var first = before.head ?? before;
        lock (first.gate)
        {
            if (first.isTaken || first.IsUnhurried != IsUnhurried || first.chain?.Count >= Longest)
            {
                return false;
            }

            first.chain ??= [first];
            if (first.chain.Exists(one => one.Member.Changes.MeetTimersOf(Member.Changes)))
            {
                return false;
            }

            (head, previous) = (first, before);
            first.chain.Add(this);
            return true;
        }
    }

    /// <summary>From now on nobody follows. Those that did, itself first.</summary>
    public IReadOnlyList<CommitRequest> Take()
    {
        lock (gate)
        {
            isTaken = true;
            return chain ?? [this];
        }
    }

    /// <summary>
    /// Ordered messages of the groups of this one that were stored before it in its transaction and are not with the relay: theirs may be slower to get there.
    /// </summary>
    public IReadOnlyList<long> NotAnnouncedBefore()
    {
        List<long>? ids = null;
        HashSet<Guid>? groups = null;
        for (var one = previous; one is not null; one = one.previous)
        {
            if (one.IsAnnounced)
            {
                continue;
            }

            groups ??= [.. Member.Changes.OrderedGroups()];
            for (var i = 0; i < one.Member.Ids.Length; i++)
            {
                if (one.Member.Changes.Messages[i] is { Ordered: true, GroupId: { } group } && groups.Contains(group))
                {
                    (ids ??= []).Add(one.Member.Ids[i]);
                }
            }
        }

        ids?.Sort();
        return ids ?? [];
    }

    public void Complete()
    {
        if (Error is { } error)
        {
            done.SetException(error);
        }
        else
        {
            done.SetResult();
        }
    }
}
