using Coordination.Persistence;
using MassTransit;
using MassTransit.Transports;
using Letter = Coordination.Persistence.Delivery;

namespace Coordination.Simulation;

/// <summary>
/// In the place of MassTransit's receive pipe: tries the handling again as the product's pipeline does, waits while the database is away, and tells the
/// delivery how it ended.
/// </summary>
internal sealed class SimulatedPipe(Node node, Handling handle)
{
    private const int MostConflicts = 20;

    public static IReceivePipeDispatcher Create(Node node, Handling handle) =>
        Payloads.Create<IReceivePipeDispatcher>(
            ("Dispatch", new Func<ReceiveContext, ReceiveLockContext, Task>(new SimulatedPipe(node, handle).DispatchAsync))
        );

    private async Task DispatchAsync(ReceiveContext context, ReceiveLockContext receiveLock)
    {
        var letter = (Letter)receiveLock;
        if (letter is HandedOver { Row: var row })
        {
            node.World.Checks.HandedOver(row);
        }

        await node.Step("delivered");
        try
        {
            if (node.World.Bug.AcknowledgesFirst)
            {
                await letter.Complete();
            }

            await HandleAsync(context);
        }
        catch (Exception e)
        {
            node.World.Checks.Violated("handler", $"{node.Name} at {letter.Endpoint}: {e}");
            await letter.Faulted(e);
            return;
        }

        await letter.Complete();
    }

    private async Task HandleAsync(ReceiveContext context)
    {
        for (var (attempt, conflicts) = (0, 0); ; attempt++)
        {
            try
            {
                await handle(context, attempt);
                return;
            }
            catch (Exception e)
                when (Coordination.Persistence.Faults.IsConflict(e)
                        ? ++conflicts <= MostConflicts
                        : Coordination.Persistence.Faults.IsDatabaseAway(e)
                )
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(100 * (attempt + 1), 5_000)), node.Time);
            }
        }
    }
}
