using System.Threading.Channels;

namespace Coordination.Persistence;

/// <summary>Ordered rows that another instance's row of the same group must precede: looked at again until it has left, within the lease.</summary>
internal sealed class BlockedRows(
    IOutboxStore store,
    OutboxDelivery delivery,
    OutboxOptions options,
    TimeProvider clock,
    Action<OutboxRow> leave
)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(25);
    private readonly Channel<OutboxRow> arrived = Channel.CreateBounded<OutboxRow>(10_000);

    /// <summary>Where there is no room the sweep takes the row after the grace time.</summary>
    public void Add(OutboxRow row) => arrived.Writer.TryWrite(row);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var waiting = new List<(OutboxRow Row, long Since)>();
        while (await arrived.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            do
            {
                while (arrived.Reader.TryRead(out var row))
                {
                    waiting.Add((row, clock.GetTimestamp()));
                }

                await LookAsync(waiting, cancellationToken).ConfigureAwait(false);
                if (waiting.Count > 0)
                {
                    await Task.Delay(LookAgain, clock, cancellationToken).ConfigureAwait(false);
                }
            } while (waiting.Count > 0);
        }
    }

    private async Task LookAsync(List<(OutboxRow Row, long Since)> waiting, CancellationToken cancellationToken)
    {
        var stuck = new HashSet<Guid>();
        foreach (var entry in waiting.ToList())
        {
            var (row, since) = entry;
            var group = row.Message.GroupId!.Value;
            // Half the lease at most: after it the row may be the sweep's.
            if (clock.GetElapsedTime(since) > options.Lease / 2)
            {
                waiting.Remove(entry);
                stuck.Add(group);
            }
            else if (!stuck.Contains(group))
            {
                var older = await delivery
                    .Persistently(() => store.HasOlderAsync(group, row.Id, cancellationToken), cancellationToken)
                    .ConfigureAwait(false);
                // The group's other rows wait for this one, whether it goes now or later.
                stuck.Add(group);
                if (!older)
                {
                    waiting.Remove(entry);
                    leave(row);
                }
            }
        }
    }
}
