using MassTransit;
using MassTransit.Scheduling;

namespace Coordination.Persistence;

/// <summary>
/// MassTransit's scheduler on the outbox: a scheduled message is an outbox row with a due time. Inside a consumer it commits or vanishes
/// with the unit of work.
/// </summary>
internal sealed class OutboxScheduleProvider(ISendEndpointProvider endpoints, IUnitOfWork? work, ITimers timers) : IScheduleMessageProvider
{
    private readonly DelayedScheduleMessageProvider inner = new(endpoints);

    public Task<ScheduledMessage<T>> ScheduleSend<T>(
        Uri destinationAddress,
        DateTime scheduledTime,
        T message,
        IPipe<SendContext<T>> pipe,
        CancellationToken cancellationToken
    )
        where T : class => inner.ScheduleSend(destinationAddress, scheduledTime, message, pipe, cancellationToken);

    public Task CancelScheduledSend(Guid tokenId, CancellationToken cancellationToken)
    {
        if (work is null)
        {
            return timers.CancelAsync(tokenId, cancellationToken);
        }

        work.CancelTimer(tokenId);
        return Task.CompletedTask;
    }

    public Task CancelScheduledSend(Uri destinationAddress, Guid tokenId, CancellationToken cancellationToken) =>
        CancelScheduledSend(tokenId, cancellationToken);
}
