using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Coordination.Persistence;

/// <summary>
/// Delivers what was committed.
/// 1. A commit hands its rows over. One for an endpoint of this process goes to it in memory; the rest goes to the broker, all at the same time, but rows of
///    an ordered group one after the other.
/// 2. Confirmed rows are deleted in batches; a row handed over in memory is deleted by its receiver's commit.
/// 3. What cannot go at once (too much under way, broker away, destination refusing, an older row of the group still pending elsewhere) stays
///    in the table.
/// 4. The sweep (<see cref="OutboxSweep"/>) claims what is due: leftovers of a crash, refusals, timers.
/// </summary>
internal sealed partial class OutboxRelay : BackgroundService, IOutboxRelay
{
    private readonly IOutboxStore store;
    private readonly OutboxDelivery delivery;
    private readonly LocalHandOver local;
    private readonly OutboxOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger<OutboxRelay> logger;
    private readonly bool embedded;
    private readonly OrderedGroups groups = new();
    private readonly OutboxSweep sweep;
    private readonly BlockedRows blocked;
    private volatile bool stopped;

    public OutboxRelay(
        IOutboxStore store,
        OutboxDelivery delivery,
        LocalHandOver local,
        IOptions<OutboxOptions> options,
        IUnitOfWorkFactory units,
        PersistenceMetrics metrics,
        TimeProvider clock,
        ILogger<OutboxRelay> logger
    )
    {
        this.store = store;
        this.delivery = delivery;
        this.local = local;
        this.options = options.Value;
        this.clock = clock;
        this.logger = logger;
        embedded = units.Dialect.IsEmbedded;
        blocked = new BlockedRows(store, delivery, this.options, clock, Leave, id => sweep!.LeaveBehind(id));
        sweep = new OutboxSweep(store, delivery, local, this.options, metrics, clock);
    }

    public void Committed(IReadOnlyList<OutboxRow> rows, IReadOnlyList<long> olderPending)
    {
        // Older rows of the group that went the same way as these are ahead of them; any other must leave first.
        var isBlocked = false;
        foreach (var older in olderPending)
        {
            isBlocked |= !delivery.IsAhead(older);
        }

        var stays = false;
        foreach (var row in rows)
        {
            var isOrdered = row.Message is { Ordered: true, GroupId: not null };
            if (isOrdered && stays)
            {
                // Behind one of this commit that stayed in the table.
                sweep.LeaveBehind(row.Id);
            }
            else if (isOrdered && isBlocked)
            {
                blocked.Add(row, olderPending);
            }
            else if (!Leave(row, olderPending))
            {
                stays |= isOrdered;
            }
        }
    }

    public void TimerStored(TimeSpan delay) => sweep.TimerStored(delay);

    public override void Dispose()
    {
        sweep.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await delivery.WaitForBrokerAsync(stoppingToken).ConfigureAwait(false);
        if (embedded)
        {
            var recovered = await delivery
                .Persistently(() => store.RecoverHandedOverAsync(stoppingToken), stoppingToken)
                .ConfigureAwait(false);
            if (recovered > 0)
            {
                LogRecovered(recovered);
            }
        }

        var deleting = delivery.DeleteDeliveredAsync();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        try
        {
            Task[] loops = [sweep.RunAsync(over.Token), blocked.RunAsync(over.Token), local.KeepAsync(over.Token)];
            // None ends before the process does: if one does, it failed, and the host hears of it.
            await Task.WhenAny(loops).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(loops).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }

        // Graceful end: what is under way is confirmed, or its own deadline ends it and it stays in the table.
        stopped = true;
        await delivery.DrainAsync().ConfigureAwait(false);
        delivery.Complete();
        await deleting.ConfigureAwait(false);
    }

    /// <summary>Lets a row leave, or wait behind its group's rows; false when it stays in the table.</summary>
    private bool Leave(OutboxRow row, IReadOnlyList<long> olderPending)
    {
        if (stopped || delivery.Count >= options.MaxInFlight)
        {
            sweep.LeaveBehind(row.Id);
            return false;
        }

        delivery.Hold(row.Id, ahead: true);
        if (row.Message is not { Ordered: true, GroupId: not null })
        {
            return LeaveNow(row);
        }

        if (!groups.Enter(row))
        {
            return true;
        }

        // First of its group, with older ones that were ahead a moment ago: one that has got stuck since must not be overtaken.
        return olderPending.All(delivery.IsAhead) ? LeaveNow(row) : Stay(row);
    }

    /// <summary>The row is first of its group, or of none.</summary>
    private bool LeaveNow(OutboxRow row)
    {
        while (true)
        {
            switch (local.TryGive(row, cameBefore: false))
            {
                case HandOverAnswer.Taken:
                    break;
                case HandOverAnswer.Full when embedded:
                    return Stay(row);
                default:
                    if (delivery.BrokerAway || delivery.MustWait(row.Message.Destination) is not null)
                    {
                        return Stay(row);
                    }

                    _ = SendAsync(row, clock.GetTimestamp());
                    return true;
            }

            if (Next(row) is not { } next)
            {
                return true;
            }

            row = next;
        }
    }

    private async Task SendAsync(OutboxRow row, long since)
    {
        if (!await delivery.DeliverAsync(row, since, sentAgain: false, CancellationToken.None).ConfigureAwait(false))
        {
            LetGoBehind(row);
            return;
        }

        delivery.Sent(row);
        if (Next(row) is { } next)
        {
            LeaveNow(next);
        }
    }

    private OutboxRow? Next(OutboxRow row) => row.Message is { Ordered: true, GroupId: { } group } ? groups.Left(group) : null;

    private bool Stay(OutboxRow row)
    {
        delivery.LetGo(row.Id);
        sweep.LeaveBehind(row.Id);
        LetGoBehind(row);
        return false;
    }

    /// <summary>Those behind a row that did not leave must not overtake it: the sweep takes them, in order.</summary>
    private void LetGoBehind(OutboxRow row)
    {
        if (row.Message is { Ordered: true, GroupId: { } group })
        {
            foreach (var behind in groups.Stuck(group, delivery.LetGo))
            {
                sweep.LeaveBehind(behind.Id);
            }
        }
    }

    [LoggerMessage(3001, LogLevel.Information, "{Count} messages the last process left undelivered are on their way again")]
    private partial void LogRecovered(int count);
}
