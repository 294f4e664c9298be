using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Coordination.Persistence;

/// <summary>
/// Delivers what was committed.
/// 1. A commit hands its rows over; each goes to the lane of its group, and a lane sends one message after the other, so a group stays in order.
/// 2. Confirmed rows are deleted in batches.
/// 3. What cannot go at once (lane full, broker away, an older row of the group still pending elsewhere) stays in the table.
/// 4. The sweep claims what is due: leftovers of a crash, refusals, timers. It claims by moving the due time, so a dead
///    instance's claim simply runs out.
/// </summary>
internal sealed partial class OutboxRelay : BackgroundService, IOutboxRelay
{
    private readonly IOutboxStore store;
    private readonly OutboxDelivery delivery;
    private readonly OutboxOptions options;
    private readonly PersistenceMetrics metrics;
    private readonly TimeProvider clock;
    private readonly ILogger<OutboxRelay> logger;
    private readonly bool embedded;
    private readonly Channel<Queued>[] lanes;
    private readonly Channel<OutboxRow> blockedRows = Channel.CreateBounded<OutboxRow>(10_000);
    private readonly Channel<long> leftBehind = Channel.CreateBounded<long>(100_000);
    private readonly SemaphoreSlim wake = new(0, 1);

    public OutboxRelay(
        IOutboxStore store,
        OutboxDelivery delivery,
        IOptions<OutboxOptions> options,
        IUnitOfWorkFactory units,
        PersistenceMetrics metrics,
        TimeProvider clock,
        ILogger<OutboxRelay> logger
    )
    {
        this.store = store;
        this.delivery = delivery;
        this.options = options.Value;
        this.metrics = metrics;
        this.clock = clock;
        this.logger = logger;
        embedded = units.Dialect.IsEmbedded;
        lanes = [.. Enumerable.Range(0, this.options.Lanes).Select(_ => Channel.CreateBounded<Queued>(this.options.LaneBound))];
    }

    public void Committed(IReadOnlyList<OutboxRow> rows, IReadOnlyList<long> olderPending)
    {
        // Older rows of the group that this instance has in its lanes are ahead in the same lane; any other must leave first.
        var blocked = olderPending.Any(id => !delivery.Holds(id));
        foreach (var row in rows)
        {
            if (delivery.BrokerAway)
            {
                blocked |= row.Message.Ordered;
                leftBehind.Writer.TryWrite(row.Id);
            }
            else if (row.Message.Ordered && blocked)
            {
                // Waits for its predecessor; where there is no room the sweep takes it after the grace time.
                blockedRows.Writer.TryWrite(row);
            }
            else if (!TryQueue(row))
            {
                blocked |= row.Message.Ordered;
                leftBehind.Writer.TryWrite(row.Id);
            }
        }
    }

    /// <summary>What no lane took need not wait for its grace time to pass: the sweep may have it now.</summary>
    private async Task ReleaseLeftBehind(CancellationToken cancellationToken)
    {
        var ids = new List<long>();
        while (ids.Count < options.SweepBatch && leftBehind.Reader.TryRead(out var id))
        {
            ids.Add(id);
        }

        if (ids.Count > 0)
        {
            await delivery
                .BestEffort(() => store.PostponeAsync(ids, "No lane was free.", TimeSpan.Zero, counts: false, cancellationToken))
                .ConfigureAwait(false);
        }
    }

    private bool TryQueue(OutboxRow row)
    {
        delivery.Hold(row.Id);
        if (LaneOf(row).Writer.TryWrite(new Queued(row, clock.GetTimestamp())))
        {
            return true;
        }

        delivery.LetGo(row.Id);
        return false;
    }

    /// <summary>Rows that another instance's row of the same group must precede: looked at again until it has left, within the lease.</summary>
    private async Task ReleaseBlocked(CancellationToken cancellationToken)
    {
        var waiting = new List<(OutboxRow Row, long Since)>();
        while (await blockedRows.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            do
            {
                while (blockedRows.Reader.TryRead(out var row))
                {
                    waiting.Add((row, clock.GetTimestamp()));
                }

                var groups = new HashSet<Guid>();
                foreach (var (row, since) in waiting.ToList())
                {
                    // Half the lease at most: after it the row may be the sweep's.
                    var late = delivery.BrokerAway || clock.GetElapsedTime(since) > options.Lease / 2;
                    if (late)
                    {
                        waiting.Remove((row, since));
                    }
                    else if (groups.Add(row.Message.GroupId!.Value))
                    {
                        var older = await delivery
                            .Persistently(
                                () => store.HasOlderAsync(row.Message.GroupId.Value, row.Id, cancellationToken),
                                cancellationToken
                            )
                            .ConfigureAwait(false);
                        if (!older)
                        {
                            waiting.Remove((row, since));
                            TryQueue(row);
                        }
                    }
                }

                if (waiting.Count > 0)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(25), clock, cancellationToken).ConfigureAwait(false);
                }
            } while (waiting.Count > 0);
        }
    }

    public void TimerStored(TimeSpan delay)
    {
        if (delay < options.SweepInterval)
        {
            Wake();
        }
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

        using var drain = new CancellationTokenSource();
        var deleting = delivery.DeleteDeliveredAsync();
        var sending = lanes.Select(lane => RunLane(lane, drain.Token)).ToList();
        try
        {
            await Task.WhenAll(Sweep(stoppingToken), ReleaseBlocked(stoppingToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }

        // Graceful end: what is in the lanes leaves; what does not within the publish deadline stays in the table.
        foreach (var lane in lanes)
        {
            lane.Writer.TryComplete();
        }

        drain.CancelAfter(options.PublishTimeout);
        await Task.WhenAll(sending).ConfigureAwait(false);
        delivery.Complete();
        await deleting.ConfigureAwait(false);
    }

    private Channel<Queued> LaneOf(OutboxRow row)
    {
        var key = row.Message is { Ordered: true, GroupId: { } group } ? group.GetHashCode() : row.Id.GetHashCode();
        return lanes[(int)((uint)key % (uint)lanes.Length)];
    }

    private async Task RunLane(Channel<Queued> lane, CancellationToken cancellationToken)
    {
        // Groups whose head failed: the rest of them in this lane waits for the sweep, or order would break.
        var held = new HashSet<Guid>();
        await foreach (var queued in lane.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            var row = queued.Row;
            var group = row.Message.Ordered ? row.Message.GroupId : null;
            if (cancellationToken.IsCancellationRequested || (group is { } g && held.Contains(g)))
            {
                delivery.LetGo(row.Id);
            }
            else if (!await delivery.DeliverAsync(row, queued.Since, cancellationToken).ConfigureAwait(false) && group is { } failed)
            {
                held.Add(failed);
            }

            if (lane.Reader.Count == 0)
            {
                held.Clear();
            }
        }
    }

    private async Task Sweep(CancellationToken cancellationToken)
    {
        var figuresAt = clock.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await delivery.WaitForBrokerAsync(cancellationToken).ConfigureAwait(false);
            await ReleaseLeftBehind(cancellationToken).ConfigureAwait(false);
            var rows = await delivery
                .Persistently(() => store.ClaimDueAsync(options.SweepBatch, options.Lease, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
            await SendClaimed(rows, cancellationToken).ConfigureAwait(false);

            if (clock.GetElapsedTime(figuresAt) > TimeSpan.FromSeconds(5))
            {
                figuresAt = clock.GetTimestamp();
                await delivery
                    .BestEffort(async () => metrics.Observe(await store.FiguresAsync(cancellationToken).ConfigureAwait(false)))
                    .ConfigureAwait(false);
            }

            if (rows.Count == options.SweepBatch || leftBehind.Reader.Count > 0)
            {
                continue;
            }

            var next = await delivery.Persistently(() => store.NextDueAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
            // Rows that are due but cannot be claimed wait for an older one of their group: look again soon, not at once.
            var pause =
                next is null || next > options.SweepInterval ? options.SweepInterval
                : next <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(50)
                : next.Value;
            await PauseAsync(pause, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Until somebody calls, at most as long as told by the clock given; the semaphore's own timeout would go by the system's.</summary>
    private async Task PauseAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(atMost, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        await wake.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task SendClaimed(IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        var since = clock.GetTimestamp();
        var chains = rows.GroupBy(r =>
                r.Message is { Ordered: true, GroupId: { } group } ? group : new Guid((int)r.Id, (short)(r.Id >> 32), 0, new byte[8])
            )
            .ToList();
        await Parallel
            .ForEachAsync(
                chains,
                new ParallelOptions { MaxDegreeOfParallelism = options.Lanes, CancellationToken = cancellationToken },
                async (chain, token) =>
                {
                    var sent = true;
                    var waiting = new List<long>();
                    foreach (var row in chain)
                    {
                        // After a failure the rest of the group goes back, behind it.
                        if (!sent || delivery.BrokerAway)
                        {
                            waiting.Add(row.Id);
                            continue;
                        }

                        delivery.Hold(row.Id);
                        sent = await delivery.DeliverAsync(row, since, token).ConfigureAwait(false);
                    }

                    if (waiting.Count > 0)
                    {
                        await delivery
                            .BestEffort(() =>
                                store.PostponeAsync(
                                    waiting,
                                    "Waits for an older message of its group.",
                                    options.RetryDelay,
                                    counts: false,
                                    token
                                )
                            )
                            .ConfigureAwait(false);
                    }
                }
            )
            .ConfigureAwait(false);
    }

    private void Wake()
    {
        if (wake.CurrentCount == 0)
        {
            try
            {
                wake.Release();
            }
            catch (SemaphoreFullException) { }
        }
    }

    [LoggerMessage(3001, LogLevel.Information, "{Count} messages the last process left undelivered are on their way again")]
    private partial void LogRecovered(int count);

    /// <summary>A row on its way and when it was committed.</summary>
    private readonly record struct Queued(OutboxRow Row, long Since);
}
