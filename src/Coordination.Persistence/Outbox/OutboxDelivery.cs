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
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(15);
    private readonly IOutboxStore store;
    private readonly IOutboxSender sender;
    private readonly OutboxOptions options;
    private readonly PersistenceMetrics metrics;
    private readonly TimeProvider clock;
    private readonly ILogger<OutboxDelivery> logger;
    private readonly bool embedded;
    private readonly Channel<(OutboxRow Row, bool Stays)> delivered = Channel.CreateUnbounded<(OutboxRow, bool)>(
        new UnboundedChannelOptions { SingleReader = true }
    );
    private readonly ConcurrentDictionary<long, bool> inFlight = new();
    private readonly Breakers breakers;
    private int count;
    private int sending;
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
        breakers = new Breakers(clock, this.options.RetryDelay);
    }

    /// <summary>The transport is not connected; messages stay in the table.</summary>
    public bool BrokerAway => brokerAway || !sender.IsReady;

    /// <summary>Rows in this instance's hands.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>The row is in this instance's hands: queued, being sent, handed over, or sent and not deleted yet.</summary>
    public bool Holds(long id) => inFlight.ContainsKey(id);

    /// <summary>
    /// The row leaves, or has left, before whatever of its group is committed from now on. Not so a row that the sweep is sending: nothing waits behind that
    /// one but what the sweep itself has claimed.
    /// </summary>
    public bool IsAhead(long id) => inFlight.TryGetValue(id, out var ahead) && ahead;

    /// <param name="id">The row.</param>
    /// <param name="ahead">See <see cref="IsAhead"/>.</param>
    public void Hold(long id, bool ahead)
    {
        if (inFlight.TryAdd(id, ahead))
        {
            Interlocked.Increment(ref count);
        }
    }

    public void LetGo(long id)
    {
        if (inFlight.TryRemove(id, out _))
        {
            Interlocked.Decrement(ref count);
        }
    }

    /// <summary>Null when the destination may be tried; otherwise how long it refuses.</summary>
    public TimeSpan? MustWait(string destination) => breakers.Wait(destination);

    /// <summary>Destinations that are not tried at the moment, because they refused.</summary>
    public IReadOnlyCollection<string> Refusing => [.. breakers.Open];

    /// <summary>No more rows will be delivered: the loop of <see cref="DeleteDeliveredAsync"/> ends when it has removed the last.</summary>
    public void Complete() => delivered.Writer.TryComplete();

    /// <summary>The broker has the row's message; the row goes, together with others.</summary>
    public void Sent(OutboxRow row) =>
        // Plain MassTransit in memory: a command's row stays until its receiver has committed; nobody settles an event.
        delivered.Writer.TryWrite((row, Stays: embedded && row.Message.Mandatory));

    /// <summary>The rows go now.</summary>
    public async Task RemoveNowAsync(IReadOnlyList<long> ids)
    {
        await BestEffort(() => RemoveAsync(ids)).ConfigureAwait(false);
        foreach (var id in ids)
        {
            LetGo(id);
        }
    }

    /// <summary>The row's message has arrived; the row goes.</summary>
    public void Confirmed(OutboxRow row) => delivered.Writer.TryWrite((row, Stays: false));

    /// <summary>Waits until what is being sent has an answer, one publish deadline at most.</summary>
    public async Task DrainAsync()
    {
        var since = clock.GetTimestamp();
        while (Volatile.Read(ref sending) > 0 && clock.GetElapsedTime(since) < options.PublishTimeout)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), clock).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Sends one row; true when the broker has it, and the row is to be removed. Whatever went wrong is written down; nothing is thrown.
    /// </summary>
    /// <param name="row">A row this instance holds.</param>
    /// <param name="since">When it was committed or claimed.</param>
    /// <param name="sentAgain">It may have been sent before: the receiver is told to ask its inbox first.</param>
    /// <param name="cancellationToken">The process ends.</param>
    public async Task<bool> DeliverAsync(OutboxRow row, long since, bool sentAgain, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref sending);
        try
        {
            var message = sentAgain ? SentAgain(row.Message) : row.Message;
            // The transport does not always honour its token: the deadline is ours.
            await sender
                .SendAsync(message, cancellationToken)
                .WaitAsync(options.PublishTimeout, clock, cancellationToken)
                .ConfigureAwait(false);
            Failpoint.Hit(Failpoints.Confirmed);
            metrics.Delivered(1, clock.GetElapsedTime(since));
            breakers.Succeeded(row.Message.Destination);
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
        finally
        {
            Interlocked.Decrement(ref sending);
        }
    }

    private static OutgoingMessage SentAgain(OutgoingMessage message) =>
        message with
        {
            Headers = new Dictionary<string, string>(message.Headers, StringComparer.Ordinal) { [Wire.SentAgainHeader] = "1" },
        };

    private async Task Refused(OutboxRow row, string reason)
    {
        metrics.Failed();
        if (breakers.Failed(row.Message.Destination))
        {
            LogBreakerOpen(row.Message.Destination, reason);
        }

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
        // Beyond twenty doublings any delay is over the minute, and soon over what a time span holds.
        var delay = Min(options.RetryDelay * Math.Pow(2, Math.Min(row.Attempts, 20)), TimeSpan.FromMinutes(1));
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
            // Nobody waits for the removal: a little later it is one statement for many.
            await Task.Delay(Linger, clock).ConfigureAwait(false);
            while (gone.Count + kept.Count < 2_000 && delivered.Reader.TryRead(out var entry))
            {
                (entry.Stays ? kept : gone).Add(entry.Row.Id);
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

    [LoggerMessage(
        3006,
        LogLevel.Warning,
        "{Destination} does not take messages ({Reason}); they wait in the outbox and one is tried from time to time"
    )]
    private partial void LogBreakerOpen(string destination, string reason);

    [LoggerMessage(3003, LogLevel.Error, "Message {Id} ({Type}) for {Destination} is parked: {Reason}")]
    private partial void LogParked(long id, string type, string destination, string reason);

    [LoggerMessage(3004, LogLevel.Warning, "The broker cannot be reached; messages wait in the outbox ({Error})")]
    private partial void LogBrokerAway(string error);

    [LoggerMessage(3005, LogLevel.Warning, "The outbox could not be read or written ({Error}); trying again")]
    private partial void LogStoreFailed(string error);
}
