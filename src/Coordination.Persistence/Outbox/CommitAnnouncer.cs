using Microsoft.Extensions.Logging;

namespace Coordination.Persistence;

/// <summary>What happens after every successful commit: the relay hears of messages and timers, then the caller's own actions run.</summary>
internal sealed partial class CommitAnnouncer(Func<IOutboxRelay> relay, ILogger<CommitAnnouncer> logger)
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

        foreach (var action in changes.Committed)
        {
            try
            {
                action();
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                // What is committed is committed: the message must not count as failed.
                LogActionFailed(error);
            }
        }
    }

    [LoggerMessage(3401, LogLevel.Error, "An action after a commit failed; the commit stands")]
    private partial void LogActionFailed(Exception exception);
}
