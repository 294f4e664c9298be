using MassTransit;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;

namespace Coordination.Persistence;

/// <summary>The consume context inside a unit of work: everything the handler sends is collected instead of sent.</summary>
internal sealed class UnitOfWorkConsumeContext<T>(
    ConsumeContext<T> context,
    OutboxConsumeOptions options,
    IServiceProvider services,
    IUnitOfWork work,
    Guid messageId
) : OutboxConsumeContextProxy<T>(context, options, services)
    where T : class
{
    public override Guid? MessageId => messageId;

    public override bool ContinueProcessing { get; set; }

    public override bool IsMessageConsumed => false;

    public override bool IsOutboxDelivered => false;

    public override int ReceiveCount => 0;

    public override long? LastSequenceNumber => null;

    public override Task AddSend<TMessage>(SendContext<TMessage> context)
    {
        work.Send(context.ToOutgoing());
        return Task.CompletedTask;
    }

    // The unit of work commits after the pipe; the stock two-phase bookkeeping has no part in it.
    public override Task SetConsumed() => Task.CompletedTask;

    public override Task SetDelivered() => Task.CompletedTask;

    public override Task<List<OutboxMessageContext>> LoadOutboxMessages() => Task.FromResult(new List<OutboxMessageContext>());

    public override Task NotifyOutboxMessageDelivered(OutboxMessageContext message) => Task.CompletedTask;

    public override Task RemoveOutboxMessages() => Task.CompletedTask;
}
