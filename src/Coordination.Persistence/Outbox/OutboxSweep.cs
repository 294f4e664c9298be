using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Coordination.Persistence;

/// <summary>
/// Claims what is due by moving its due time one lease ahead, so that a dead instance's claim simply runs out, and sends it: leftovers of a crash, refusals,
/// timers, and what did not fit when it was committed.
/// </summary>
internal sealed class OutboxSweep(
    IOutboxStore store,
    OutboxDelivery delivery,
    LocalHandOver local,
    OutboxOptions options,
    PersistenceMetrics metrics,
    TimeProvider clock
) : IDisposable
{
    private readonly Channel<long> leftBehind = Channel.CreateBounded<long>(100_000);
    private readonly SemaphoreSlim wake = new(0, 1);

    /// <summary>What did not leave at its commit need not wait for its grace time to pass.</summary>
    public void LeaveBehind(long id) => leftBehind.Writer.TryWrite(id);

    public void TimerStored(TimeSpan delay)
    {
        if (delay < options.SweepInterval && wake.CurrentCount == 0)
        {
            try
            {
                wake.Release();
            }
            catch (SemaphoreFullException) { }
        }
    }

    public void Dispose() => wake.Dispose();

    public async Task RunAsync(CancellationToken cancellationToken)
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
            await SendAsync(rows, cancellationToken).ConfigureAwait(false);

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
                .BestEffort(() =>
                    store.PostponeAsync(ids, "It did not fit at its commit.", TimeSpan.Zero, counts: false, cancellationToken)
                )
                .ConfigureAwait(false);
        }
    }

    private async Task SendAsync(IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        var since = clock.GetTimestamp();
        var sent = new ConcurrentBag<long>();
        var sending = new List<Task>();
        foreach (
            var chain in rows.GroupBy(r =>
                r.Message is { Ordered: true, GroupId: { } group } ? group : new Guid((int)r.Id, (short)(r.Id >> 32), 0, new byte[8])
            )
        )
        {
            sending.Add(SendChainAsync([.. chain], since, sent, cancellationToken));
        }

        await Task.WhenAll(sending).ConfigureAwait(false);
        if (!sent.IsEmpty)
        {
            // Before the next claim looks: rows that are still there would block what lies behind them in their groups.
            await delivery.RemoveNowAsync([.. sent]).ConfigureAwait(false);
        }
    }

    /// <summary>One after the other; after a failure the rest of the group goes back, behind it.</summary>
    private async Task SendChainAsync(
        IReadOnlyList<OutboxRow> chain,
        long since,
        ConcurrentBag<long> sent,
        CancellationToken cancellationToken
    )
    {
        for (var i = 0; i < chain.Count; i++)
        {
            var row = chain[i];
            if (clock.GetElapsedTime(since) > options.Lease / 2)
            {
                // What follows would outlive its claim, and what was sent waits for its removal.
                await GoBackAsync(chain.Skip(i), "The broker took long for those before it.", TimeSpan.Zero).ConfigureAwait(false);
                return;
            }

            if (delivery.Holds(row.Id))
            {
                // It is on its way here already and only took long: the claim has prolonged its time. What is behind it must not overtake it.
                await GoBackAsync(chain.Skip(i + 1), "Waits for an older message of its group.", options.RetryDelay).ConfigureAwait(false);
                return;
            }

            delivery.Hold(row.Id, ahead: false);
            var given = local.TryGive(row, cameBefore: true);
            if (given == HandOverAnswer.Taken)
            {
                continue;
            }

            // Without a broker there is nobody else to take what an endpoint has no room for.
            var wait = given == HandOverAnswer.Full && local.IsOnlyWay ? options.RetryDelay : delivery.MustWait(row.Message.Destination);
            if (wait is null && await delivery.DeliverAsync(row, since, sentAgain: true, cancellationToken).ConfigureAwait(false))
            {
                if (local.IsOnlyWay)
                {
                    delivery.Sent(row);
                }
                else
                {
                    sent.Add(row.Id);
                }

                continue;
            }

            // The failed row itself was written down by its delivery.
            delivery.LetGo(row.Id);
            await GoBackAsync(
                    chain.Skip(wait is null ? i + 1 : i),
                    wait is null ? "Waits for an older message of its group." : "Its destination refuses messages at the moment.",
                    wait ?? options.RetryDelay
                )
                .ConfigureAwait(false);
            return;
        }
    }

    /// <summary>Also when the process ends: rows that keep their lease would hold up their group for everybody.</summary>
    private async Task GoBackAsync(IEnumerable<OutboxRow> rows, string why, TimeSpan delay)
    {
        if (rows.Select(row => row.Id).ToList() is { Count: > 0 } ids)
        {
            await delivery
                .BestEffort(() => store.PostponeAsync(ids, why, delay, counts: false, CancellationToken.None))
                .ConfigureAwait(false);
        }
    }
}
