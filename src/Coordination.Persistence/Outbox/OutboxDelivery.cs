using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Coordination.Persistence;

/// <summary>
/// Delivers one row at a time and keeps the table true to what the broker said: confirmed rows go in batches, refused ones wait and are parked
/// after the last try, and while the broker is away nothing is tried or counted.
/// </summary>
internal sealed partial class OutboxDelivery
{
    private readonly IOutboxStore store;
    private readonly IOutboxSender sender;
    private readonly OutboxOptions options;
    private readonly PersistenceMetrics metrics;
    private readonly TimeProvider clock;
    private readonly ILogger<OutboxDelivery> logger;
    private readonly bool embedded;
    private readonly Channel<OutboxRow> delivered = Channel.CreateUnbounded<OutboxRow>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<long, byte> inFlight = new();
    private volatile bool brokerAway;

    public OutboxDelivery(
        IOutboxStore store,
        IOutboxSender sender,
        IOptions<OutboxOptions> options,
        IUnitOfWorkFactory units,
        PersistenceMetrics metrics,
        TimeProvider clock,
        ILogger<OutboxDelivery> logger
    )
    {
        this.store = store;
        this.sender = sender;
        this.options = options.Value;
        this.metrics = metrics;
        this.clock = clock;
        this.logger = logger;
        embedded = units.Dialect.IsEmbedded;
    }

    /// <summary>The transport is not connected; messages stay in the table.</summary>
    public bool BrokerAway => brokerAway;

    /// <summary>The row is in this instance's hands: queued, being sent, or sent and not deleted yet.</summary>
    public bool Holds(long id) => inFlight.ContainsKey(id);

    public void Hold(long id) => inFlight[id] = 0;

    public void LetGo(long id) => inFlight.TryRemove(id, out _);

    /// <summary>No more rows will be delivered: the loop of <see cref="DeleteDeliveredAsync"/> ends when it has removed the last.</summary>
    public void Complete() => delivered.Writer.TryComplete();

    /// <summary>Sends one row; true when the broker has it. Whatever went wrong is written down; nothing is thrown.</summary>
    public async Task<bool> DeliverAsync(OutboxRow row, long since, CancellationToken cancellationToken)
    {
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(options.PublishTimeout);
            Failpoint.Hit(Failpoints.RowClaimed);
            var sending = sender.SendAsync(row.Message, timeout.Token);
            Failpoint.Hit(Failpoints.Published);
            // The transport does not always honour its token: the deadline is ours.
            await sending.WaitAsync(options.PublishTimeout + TimeSpan.FromSeconds(1), clock, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit(Failpoints.Confirmed);
            delivered.Writer.TryWrite(row);
            metrics.Delivered(1, clock.GetElapsedTime(since));
            brokerAway = false;
            return true;
        }
        catch (UndeliverableException e)
        {
            LetGo(row.Id);
            await Refused(row, e.Message).ConfigureAwait(false);
            return false;
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // This process ends; the destination is not to blame.
            LetGo(row.Id);
            await BestEffort(() =>
                    store.PostponeAsync([row.Id], "Its process ended.", options.RetryDelay, counts: false, CancellationToken.None)
                )
                .ConfigureAwait(false);
            return false;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LetGo(row.Id);
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

    /// <summary>Removes confirmed rows in batches until <see cref="Complete"/>.</summary>
    public async Task DeleteDeliveredAsync()
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
                await BestEffort(() => RemoveAsync(gone)).ConfigureAwait(false);
            }

            if (kept.Count > 0)
            {
                await BestEffort(() => store.HandedOverAsync(kept, options.HandOverLease, CancellationToken.None)).ConfigureAwait(false);
            }

            foreach (var id in gone.Concat(kept))
            {
                LetGo(id);
            }

            gone.Clear();
            kept.Clear();
        }
    }

    private async Task RemoveAsync(IReadOnlyList<long> confirmed)
    {
        var removing = store.DeleteAsync(confirmed, CancellationToken.None);
        Failpoint.Hit(Failpoints.MarkSent);
        await removing.ConfigureAwait(false);
        Failpoint.Hit(Failpoints.Marked);
    }

    /// <summary>What fails here is done again when the row's lease runs out: the receiver's inbox absorbs the second copy.</summary>
    public async Task BestEffort(Func<Task> action)
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

    /// <summary>Returns when the transport is connected.</summary>
    public async Task WaitForBrokerAsync(CancellationToken cancellationToken)
    {
        while (!sender.IsReady)
        {
            brokerAway = true;
            await Task.Delay(TimeSpan.FromMilliseconds(250), clock, cancellationToken).ConfigureAwait(false);
        }

        brokerAway = false;
    }

    /// <summary>Asks the database until it answers.</summary>
    public async Task<T> Persistently<T>(Func<Task<T>> action, CancellationToken cancellationToken)
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

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    [LoggerMessage(3002, LogLevel.Warning, "Message {Id} ({Type}) for {Destination} was refused, attempt {Attempt} of {Max}: {Reason}")]
    private partial void LogRefused(long id, string type, string destination, string reason, int attempt, int max);

    [LoggerMessage(3003, LogLevel.Error, "Message {Id} ({Type}) for {Destination} is parked: {Reason}")]
    private partial void LogParked(long id, string type, string destination, string reason);

    [LoggerMessage(3004, LogLevel.Warning, "The broker cannot be reached; messages wait in the outbox ({Error})")]
    private partial void LogBrokerAway(string error);

    [LoggerMessage(3005, LogLevel.Warning, "The outbox could not be read or written ({Error}); trying again")]
    private partial void LogStoreFailed(string error);
}
