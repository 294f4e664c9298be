using System.Threading.Channels;

namespace Coordination.Persistence;

/// <summary>
/// Ordered rows that an older row of their group must precede which is not on its way from here: another instance sends it, or the sweep does. Looked at
/// again for a moment, for that is how long such a row takes as a rule; then they are the sweep's, which sends a group in its order.
/// </summary>
internal sealed class BlockedRows(
    IOutboxStore store,
    OutboxDelivery delivery,
    OutboxOptions options,
    TimeProvider clock,
    Func<OutboxRow, IReadOnlyList<long>, bool> leave,
    Action<long> leaveBehind
)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);
    private readonly Channel<Blocked> arrived = Channel.CreateBounded<Blocked>(10_000);

    /// <summary>Where there is no room the row is the sweep's at once.</summary>
    /// <param name="row">It was committed just now.</param>
    /// <param name="older">The newest older rows of its group.</param>
    public void Add(OutboxRow row, IReadOnlyList<long> older)
    {
        if (!arrived.Writer.TryWrite(new Blocked(row, older, clock.GetTimestamp())))
        {
            leaveBehind(row.Id);
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var waiting = new List<Blocked>();
        while (await arrived.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            do
            {
                while (arrived.Reader.TryRead(out var row))
                {
                    waiting.Add(row);
                }

                await LookAsync(waiting, cancellationToken).ConfigureAwait(false);
                if (waiting.Count > 0)
                {
                    await Task.Delay(LookAgain, clock, cancellationToken).ConfigureAwait(false);
                }
            } while (waiting.Count > 0);
        }
    }

    private async Task LookAsync(List<Blocked> waiting, CancellationToken cancellationToken)
    {
        var (stuck, given) = (new HashSet<Guid>(), new HashSet<Guid>());
        var still = new List<Blocked>();
        foreach (var entry in waiting)
        {
            var group = entry.Row.Message.GroupId!.Value;
            if (given.Contains(group))
            {
                leaveBehind(entry.Row.Id);
            }
            else if (!stuck.Contains(group) && await IsFreeAsync(entry, group, cancellationToken).ConfigureAwait(false))
            {
                // After its grace time, if the database took so long to answer, it may be another's. Those ahead may get stuck until it is behind them.
                if (
                    clock.GetElapsedTime(entry.Since) > options.Lease / 2
                    || !leave(entry.Row, entry.Older.Any(delivery.IsAhead) ? entry.Older : [])
                )
                {
                    given.Add(group);
                }
            }
            else if (clock.GetElapsedTime(entry.Since) > Patience)
            {
                given.Add(group);
                leaveBehind(entry.Row.Id);
            }
            else
            {
                stuck.Add(group);
                still.Add(entry);
            }
        }

        waiting.Clear();
        waiting.AddRange(still);
    }

    /// <summary>The row before it has just left from here, or nothing is before it any more.</summary>
    private async Task<bool> IsFreeAsync(Blocked entry, Guid group, CancellationToken cancellationToken) =>
        entry.Older.All(delivery.IsAhead)
        || !await delivery
            .Persistently(() => store.HasOlderAsync(group, entry.Row.Id, cancellationToken), cancellationToken)
            .ConfigureAwait(false);

    private sealed record Blocked(OutboxRow Row, IReadOnlyList<long> Older, long Since);
}
