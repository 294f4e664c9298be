using Coordination.Contracts.V1;
using MassTransit;

namespace Coordination.Workers;

/// <summary>
/// Before a unit of work is opened, waits for a slot for the attempt that an order will start; gives it back when none was started. Without a slot in time the
/// order goes on and is stored for anyone: no delivery is held for long.
/// </summary>
internal sealed class SlotFilter(AgentRegistration agent, WorkerStop stop, WorkerOptions options, TimeProvider time)
    : IFilter<ConsumeContext>
{
    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        if (context.TryGetMessage<CancelStep>(out _))
        {
            await next.Send(context);
            return;
        }

        using var slot = await WaitAsync(context.CancellationToken);
        if (slot is not null)
        {
            context.AddOrUpdatePayload(() => slot, _ => slot);
        }

        await next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("agentSlot");

    private async Task<SlotHold?> WaitAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stop.Token);
        try
        {
            return await agent.Slots.WaitAsync(options.ClaimWait, time, either.Token) ? new SlotHold(agent.Slots) : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
