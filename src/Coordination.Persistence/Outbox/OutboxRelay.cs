using System.Collections.Concurrent;
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
    private readonly IOutboxSender sender;
    private readonly OutboxOptions options;
    private readonly PersistenceMetrics metrics;
    private readonly TimeProvider clock;
    private readonly ILogger<OutboxRelay> logger;
    private readonly bool embedded;
    private readonly Channel<Delivery>[] lanes;
    private readonly Channel<OutboxRow> delivered = Channel.CreateUnbounded<OutboxRow>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<long, byte> inFlight = new();
    private readonly Channel<OutboxRow> blockedRows = Channel.CreateBounded<OutboxRow>(10_000);
    private readonly SemaphoreSlim wake = new(0, 1);
    private volatile bool brokerAway;

    public OutboxRelay(
        IOutboxStore store,
        IOutboxSender sender,
        IOptions<OutboxOptions> options,
        IUnitOfWorkFactory units,
        PersistenceMetrics metrics,
        TimeProvider clock,
        ILogger<OutboxRelay> logger
    )
    {
        this.store = store;
        this.sender = sender;
        this.options = options.Value;
        this.metrics = metrics;
        this.clock = clock;
        this.logger = logger;
        embedded = units.Dialect.IsEmbedded;
        lanes = [.. Enumerable.Range(0, this.options.Lanes).Select(_ => Channel.CreateBounded<Delivery>(this.options.LaneBound))];
    }

    public void Committed(IReadOnlyList<OutboxRow> rows, IReadOnlyList<long> olderPending)
    {
        // Older rows of the group that this instance has in its lanes are ahead in the same lane; any other must leave first.
        var blocked = olderPending.Any(id => !inFlight.ContainsKey(id));
        foreach (var row in rows)
        {
            if (brokerAway)
            {
                blocked |= row.Message.Ordered;
            }
            else if (row.Message.Ordered && blocked)
            {
                // Waits for its predecessor; where there is no room the sweep takes it after the grace time.
                blockedRows.Writer.TryWrite(row);
            }
            else if (!TryQueue(row))
            {
                blocked |= row.Message.Ordered;
            }
        }
    }

    private bool TryQueue(OutboxRow row)
    {
        inFlight[row.Id] = 0;
        if (LaneOf(row).Writer.TryWrite(new Delivery(row, clock.GetTimestamp())))
        {
            return true;
        }

        inFlight.TryRemove(row.Id, out _);
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
                    var late = brokerAway || clock.GetElapsedTime(since) > options.Lease / 2;
                    if (late)
                    {
                        waiting.Remove((row, since));
                    }
                    else if (groups.Add(row.Message.GroupId!.Value))
                    {
                        var older = await Persistently(
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
        await WaitForBroker(stoppingToken).ConfigureAwait(false);
        if (embedded)
        {
            var recovered = await Persistently(() => store.RecoverHandedOverAsync(stoppingToken), stoppingToken).ConfigureAwait(false);
            if (recovered > 0)
            {
                LogRecovered(recovered);
            }
        }

        using var drain = new CancellationTokenSource();
        var deleting = DeleteDelivered();
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
        delivered.Writer.TryComplete();
        await deleting.ConfigureAwait(false);
    }

    private Channel<Delivery> LaneOf(OutboxRow row)
    {
        var key = row.Message is { Ordered: true, GroupId: { } group } ? group.GetHashCode() : row.Id.GetHashCode();
        return lanes[(int)((uint)key % (uint)lanes.Length)];
    }

    private async Task RunLane(Channel<Delivery> lane, CancellationToken cancellationToken)
    {
        // Groups whose head failed: the rest of them in this lane waits for the sweep, or order would break.
        var held = new HashSet<Guid>();
        await foreach (var delivery in lane.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            var row = delivery.Row;
            var group = row.Message.Ordered ? row.Message.GroupId : null;
            if (cancellationToken.IsCancellationRequested || (group is { } g && held.Contains(g)))
            {
                inFlight.TryRemove(row.Id, out _);
            }
            else if (!await Deliver(row, delivery.Since, cancellationToken).ConfigureAwait(false) && group is { } failed)
            {
                held.Add(failed);
            }

            if (lane.Reader.Count == 0)
            {
                held.Clear();
            }
        }
    }

    /// <summary>Sends one row; true when the broker has it.</summary>
    private async Task<bool> Deliver(OutboxRow row, long since, CancellationToken cancellationToken)
    {
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(options.PublishTimeout);
            // The transport does not always honour its token: the deadline is ours.
            await sender
                .SendAsync(row.Message, timeout.Token)
                .WaitAsync(options.PublishTimeout + TimeSpan.FromSeconds(1), clock, cancellationToken)
                .ConfigureAwait(false);
            delivered.Writer.TryWrite(row);
            metrics.Delivered(1, clock.GetElapsedTime(since));
            brokerAway = false;
            return true;
        }
        catch (UndeliverableException e)
        {
            inFlight.TryRemove(row.Id, out _);
            await Refused(row, e.Message).ConfigureAwait(false);
            return false;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            inFlight.TryRemove(row.Id, out _);
            await Unreachable(row, e).ConfigureAwait(false);
            return false;
        }
    }

    private async Task Refused(OutboxRow row, string reason)
    {
        metrics.Failed();
        if (row.Attempts + 1 >= options.MaxAttempts)
        {
            LogParked(row.Id, row.Message.MessageType, row.Message.Destination, reason);
            metrics.Parked(Contracts.ReasonCode.RetryBudgetExhausted);
            await BestEffort(() =>
                    store.ParkAsync(
                        row.Id,
                        Contracts.ReasonCode.RetryBudgetExhausted,
                        $"{reason} Tried {row.Attempts + 1} times.",
                        CancellationToken.None
                    )
                )
                .ConfigureAwait(false);
            return;
        }

        LogRefused(row.Id, row.Message.MessageType, row.Message.Destination, reason, row.Attempts + 1, options.MaxAttempts);
        var delay = Min(options.RetryDelay * Math.Pow(2, row.Attempts), TimeSpan.FromMinutes(1));
        await BestEffort(() => store.PostponeAsync([row.Id], reason, delay, counts: true, CancellationToken.None)).ConfigureAwait(false);
    }

    private async Task Unreachable(OutboxRow row, Exception e)
    {
        if (sender.IsReady)
        {
            // Connected, and yet no answer in time: the destination's fault, not the broker's.
            await Refused(row, $"No confirm for {row.Message.Destination} ({e.GetType().Name}).").ConfigureAwait(false);
            return;
        }

        metrics.Failed();
        if (!brokerAway)
        {
            brokerAway = true;
            LogBrokerAway(e.GetType().Name + ": " + e.Message);
        }

        await BestEffort(() =>
                store.PostponeAsync([row.Id], "The broker could not be reached.", options.RetryDelay, counts: false, CancellationToken.None)
            )
            .ConfigureAwait(false);
    }

    private async Task Sweep(CancellationToken cancellationToken)
    {
        var figuresAt = clock.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await WaitForBroker(cancellationToken).ConfigureAwait(false);
            var rows = await Persistently(
                    () => store.ClaimDueAsync(options.SweepBatch, options.Lease, cancellationToken),
                    cancellationToken
                )
                .ConfigureAwait(false);
            await SendClaimed(rows, cancellationToken).ConfigureAwait(false);

            if (clock.GetElapsedTime(figuresAt) > TimeSpan.FromSeconds(5))
            {
                figuresAt = clock.GetTimestamp();
                await BestEffort(async () => metrics.Observe(await store.FiguresAsync(cancellationToken).ConfigureAwait(false)))
                    .ConfigureAwait(false);
            }

            if (rows.Count == options.SweepBatch)
            {
                continue;
            }

            var next = await Persistently(() => store.NextDueAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
            // Rows that are due but cannot be claimed wait for an older one of their group: look again soon, not at once.
            var pause =
                next is null || next > options.SweepInterval ? options.SweepInterval
                : next <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(50)
                : next.Value;
            await wake.WaitAsync(pause, cancellationToken).ConfigureAwait(false);
        }
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
                        if (!sent || brokerAway)
                        {
                            waiting.Add(row.Id);
                            continue;
                        }

                        inFlight[row.Id] = 0;
                        sent = await Deliver(row, since, token).ConfigureAwait(false);
                    }

                    if (waiting.Count > 0)
                    {
                        await BestEffort(() =>
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

    private async Task DeleteDelivered()
    {
        var (gone, kept) = (new List<long>(2_000), new List<long>());
        while (await delivered.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            while (gone.Count + kept.Count < 2_000 && delivered.Reader.TryRead(out var row))
            {
                // Embedded: a command's row stays until its receiver has committed; nobody settles an event.
                (embedded && row.Message.Mandatory ? kept : gone).Add(row.Id);
            }

            if (gone.Count > 0)
            {
                await BestEffort(() => store.DeleteAsync(gone, CancellationToken.None)).ConfigureAwait(false);
            }

            if (kept.Count > 0)
            {
                await BestEffort(() => store.HandedOverAsync(kept, options.HandOverLease, CancellationToken.None)).ConfigureAwait(false);
            }

            foreach (var id in gone.Concat(kept))
            {
                inFlight.TryRemove(id, out _);
            }

            gone.Clear();
            kept.Clear();
        }
    }

    private async Task WaitForBroker(CancellationToken cancellationToken)
    {
        while (!sender.IsReady)
        {
            brokerAway = true;
            await Task.Delay(TimeSpan.FromMilliseconds(250), clock, cancellationToken).ConfigureAwait(false);
        }

        brokerAway = false;
    }

    private async Task<T> Persistently<T>(Func<Task<T>> action, CancellationToken cancellationToken)
    {
        var delay = TimeSpan.FromMilliseconds(100);
        while (true)
        {
            try
            {
                return await action().ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogStoreFailed(e.GetType().Name + ": " + e.Message);
                await Task.Delay(delay, clock, cancellationToken).ConfigureAwait(false);
                delay = Min(delay * 2, TimeSpan.FromSeconds(5));
            }
        }
    }

    /// <summary>What fails here is done again when the row's lease runs out: the receiver's inbox absorbs the second copy.</summary>
    private async Task BestEffort(Func<Task> action)
    {
        try
        {
            await action().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogStoreFailed(e.GetType().Name + ": " + e.Message);
        }
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

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    [LoggerMessage(3001, LogLevel.Information, "{Count} messages the last process left undelivered are on their way again")]
    private partial void LogRecovered(int count);

    [LoggerMessage(3002, LogLevel.Warning, "Message {Id} ({Type}) for {Destination} was refused, attempt {Attempt} of {Max}: {Reason}")]
    private partial void LogRefused(long id, string type, string destination, string reason, int attempt, int max);

    [LoggerMessage(3003, LogLevel.Error, "Message {Id} ({Type}) for {Destination} is parked: {Reason}")]
    private partial void LogParked(long id, string type, string destination, string reason);

    [LoggerMessage(3004, LogLevel.Warning, "The broker cannot be reached; messages wait in the outbox ({Error})")]
    private partial void LogBrokerAway(string error);

    [LoggerMessage(3005, LogLevel.Warning, "The outbox could not be read or written ({Error}); trying again")]
    private partial void LogStoreFailed(string error);

    /// <summary>A row on its way and when it was committed.</summary>
    private readonly record struct Delivery(OutboxRow Row, long Since);
}
