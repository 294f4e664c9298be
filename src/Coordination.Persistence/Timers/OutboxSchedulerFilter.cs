using MassTransit;
using MassTransit.Context;
using MassTransit.Scheduling;

namespace Coordination.Persistence;

/// <summary>Gives handlers and sagas of an endpoint the scheduler that stores timers in the outbox.</summary>
internal sealed class OutboxSchedulerFilter(ITimers timers) : IFilter<ConsumeContext>
{
    public Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        context.GetOrAddPayload<MessageSchedulerContext>(() => new ConsumeMessageSchedulerContext(context, Scheduler));
        return next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("outboxScheduler");

    private MessageScheduler Scheduler(ConsumeContext context)
    {
        context.TryGetPayload<IUnitOfWork>(out var work);
        return new MessageScheduler(new OutboxScheduleProvider(context, work, timers), context.GetPayload<IBusTopology>());
    }
}
