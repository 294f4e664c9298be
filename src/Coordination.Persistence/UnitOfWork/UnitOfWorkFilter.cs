using MassTransit;
using MassTransit.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Persistence;

/// <summary>Marks the outbox filter as ours.</summary>
public sealed class CoordinationOutbox;

/// <summary>
/// One message, one unit of work:
/// 1. the first delivery of a message goes straight to the handler: the inbox row is inserted with the commit and decides there. One that was delivered before
///    asks the inbox first; one that has met others on its rows again and again has a transaction of its own, with row locks;
/// 2. run the handler, which adds its writes and messages;
/// 3. commit all in one round trip, with whoever commits at the moment; the messages leave after it;
/// 4. seen before? nothing is committed; acknowledge and count.
/// Anything thrown on the way leaves nothing behind.
/// </summary>
internal sealed class UnitOfWorkFilter(IUnitOfWorkFactory units, IServiceProvider services, PersistenceMetrics metrics)
    : IOutboxContextFactory<CoordinationOutbox>
{
    public async Task Send<T>(ConsumeContext<T> context, OutboxConsumeOptions options, IPipe<OutboxConsumeContext<T>> next)
        where T : class
    {
        var messageId =
            context.GetOriginalMessageId()
            ?? throw new MessageException(typeof(T), "The message has no id: it cannot be handled exactly once.");
        var arrival = Arrival.Of(context.ReceiveContext);
        // Handed over to more than one consumer its row goes when the last has ended, not with the first commit.
        var isShared = options is UnitOfWorkOptions { IsShared: true } && arrival.HandedOver is not null;
        var key = new InboxKey(options.ConsumerId, messageId)
        {
            Endpoint = isShared ? null : arrival.Endpoint,
            HandedOver = isShared ? null : arrival.HandedOver,
        };
        var attempt = context.GetRetryAttempt();
        var alone = attempt > OptimisticRetries;
        Failpoint.Hit(Failpoints.Delivered);

        try
        {
            await using var work = units.Create(key, alone);
            context.AddOrUpdatePayload<IUnitOfWork>(() => work, _ => work);
            try
            {
                var asks =
                    alone
                    || (arrival.CameBefore && attempt == 0 && await IsHandledAsync(key, context.CancellationToken).ConfigureAwait(false));
                if (!asks || await work.BeginAsync(context.CancellationToken).ConfigureAwait(false))
                {
                    Failpoint.Hit(Failpoints.InboxWritten);
                    await next.Send(new UnitOfWorkConsumeContext<T>(context, options, services, work, messageId)).ConfigureAwait(false);
                }
            }
            catch (DuplicateMessageException) { }
            catch (Exception) when (!alone)
            {
                // A second copy finds a state that has moved on and may fail on it; that is no failure of the message.
                await work.DisposeAsync().ConfigureAwait(false);
                if (!await IsHandledAsync(key, context.CancellationToken).ConfigureAwait(false))
                {
                    throw;
                }

                await DuplicateAsync(context, arrival).ConfigureAwait(false);
                return;
            }

            if (Failpoint.IsBroken(PlantedBugs.AckBeforeCommit) && arrival is Delivery delivery)
            {
                await AcknowledgeTooEarlyAsync(delivery).ConfigureAwait(false);
            }

            await work.CommitAsync(context.CancellationToken).ConfigureAwait(false);
            Failpoint.Hit(Failpoints.Committed);
            if (!isShared)
            {
                arrival.Settled();
            }

            if (work.IsDuplicate)
            {
                await DuplicateAsync(context, arrival).ConfigureAwait(false);
            }

            Failpoint.Hit(Failpoints.BeforeAcknowledgement);
        }
        catch (Exception e)
            when (FailureNotes.Note(context.ReceiveContext, e, () => services.GetService<TimeProvider>() ?? TimeProvider.System))
        {
            // Noted for the dead letter it may become, and thrown on.
            throw;
        }
    }

    /// <summary>
    /// Tries that build on what was read without locks and commit with others: within a process they do not meet on a row. Later ones lock what they read, so
    /// that they get through between other processes.
    /// </summary>
    private const int OptimisticRetries = 2;

    private async Task<bool> IsHandledAsync(InboxKey key, CancellationToken cancellationToken)
    {
        await using var check = units.Create(key, alone: true);
        return !await check.BeginAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task DuplicateAsync<T>(ConsumeContext<T> context, Arrival arrival)
        where T : class
    {
        metrics.Duplicate(arrival.Endpoint);
        await context.NotifyConsumed(TimeSpan.Zero, "duplicate").ConfigureAwait(false);
    }

    private static async Task AcknowledgeTooEarlyAsync(Delivery delivery)
    {
        await delivery.Complete().ConfigureAwait(false);
        // The broker has it by then, and a kill finds more than one message in this state.
        await Task.Delay(TimeSpan.FromMilliseconds(250)).ConfigureAwait(false);
        Failpoint.Hit(Failpoints.BeforeCommit);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("coordinationUnitOfWork");
}
