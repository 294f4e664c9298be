using MassTransit;
using MassTransit.Middleware;

namespace Coordination.Persistence;

/// <summary>Marks the outbox filter as ours.</summary>
public sealed class CoordinationOutbox;

/// <summary>
/// One message, one unit of work:
/// 1. open the transaction and insert the inbox row (a saga's repository does it in one round trip with reading its row);
/// 2. seen before? acknowledge, count, no effect;
/// 3. run the handler, which adds its writes and messages;
/// 4. commit all in one round trip; the messages leave after it.
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
        var endpoint = Wire.EndpointOf(context.ReceiveContext.InputAddress.ToString());
        Failpoint.Hit(Failpoints.Delivered);

        await using var work = units.Create(new InboxKey(options.ConsumerId, messageId) { Endpoint = endpoint });
        var delivery = new Delivery(work);
        context.AddOrUpdatePayload<IUnitOfWork>(() => work, _ => work);
        context.AddOrUpdatePayload(() => delivery, _ => delivery);

        // The saga repository opens the transaction together with reading its row; everything else starts with the inbox.
        if (options is SagaConsumeOptions || await work.BeginAsync(context.CancellationToken).ConfigureAwait(false))
        {
            Failpoint.Hit(Failpoints.InboxWritten);
            await next.Send(new UnitOfWorkConsumeContext<T>(context, options, services, work, messageId)).ConfigureAwait(false);
        }
        else
        {
            delivery.IsDuplicate = true;
        }

        await work.CommitAsync(context.CancellationToken).ConfigureAwait(false);
        Failpoint.Hit(Failpoints.Committed);
        if (delivery.IsDuplicate)
        {
            metrics.Duplicate(endpoint);
            await context.NotifyConsumed(TimeSpan.Zero, "duplicate").ConfigureAwait(false);
        }

        Failpoint.Hit(Failpoints.BeforeAcknowledgement);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("coordinationUnitOfWork");
}

/// <summary>What the parts of one delivery tell each other.</summary>
internal sealed class Delivery(IUnitOfWork work)
{
    public IUnitOfWork Work { get; } = work;

    /// <summary>The inbox knew the message.</summary>
    public bool IsDuplicate { get; set; }
}

/// <summary>Options of a saga's message: its repository opens the transaction.</summary>
internal sealed class SagaConsumeOptions : OutboxConsumeOptions;
