namespace Coordination.Persistence;

/// <summary>What happens after every successful commit: the relay hears of messages and timers, then the caller's own actions run.</summary>
internal sealed class CommitAnnouncer(Func<IOutboxRelay> relay)
{
    // Asked for late: the relay itself is built on the store.
    private readonly Lazy<IOutboxRelay> relay = new(relay);

    public void Announce(PendingChanges changes, IReadOnlyList<long> ids, IReadOnlyList<long> older)
    {
        if (changes.Messages.Count > 0)
        {
            var rows = new OutboxRow[changes.Messages.Count];
            for (var i = 0; i < rows.Length; i++)
            {
                rows[i] = new OutboxRow { Id = ids[i], Message = changes.Messages[i] };
            }

            relay.Value.Committed(rows, older);
        }

        if (changes.FirstTimer is { } first)
        {
            relay.Value.TimerStored(first);
        }

        changes.RunCommitted();
    }
}
