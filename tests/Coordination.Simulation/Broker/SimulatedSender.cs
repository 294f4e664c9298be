using Coordination.Persistence;

namespace Coordination.Simulation;

/// <summary>
/// The way to the broker as the relay uses it: a publish may be refused, dropped, taken without an answer, or arrive long after its sender has given up;
/// the connection may break at any moment.
/// </summary>
internal sealed class SimulatedSender(Node node) : IOutboxSender
{
    public bool IsReady => node.Link.IsUp;

    public async Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        await node.Step("publish");
        var (world, broker) = (node.World, node.World.Broker);
        var (dice, faults) = (world.Dice, world.Faults);
        ThrowUnlessReady();
        if (message.Mandatory && broker.Bound(Wire.EndpointOf(message.Destination)).Count == 0)
        {
            throw new UndeliverableException("No queue is bound.");
        }

        if (dice.Falls(faults.Refuse))
        {
            world.Trace($"{node.Name} publish refused");
            throw new UndeliverableException("The queue is full.");
        }

        if (dice.Falls(faults.CutConnection))
        {
            world.Trace($"{node.Name} connection cut");
            world.Faulty++;
            if (dice.Falls(0.5))
            {
                broker.Accept(message);
            }

            node.Link.Cut(dice.Between(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5)));
            throw new IOException("The connection broke.");
        }

        if (dice.Falls(faults.DropBeforeConfirm))
        {
            world.Trace($"{node.Name} publish dropped");
            await SilenceAsync(cancellationToken);
        }

        if (dice.Falls(faults.LateArrival))
        {
            world.Trace($"{node.Name} publish late");
            _ = world.Time.After(dice.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20)), () => broker.Accept(message));
            await SilenceAsync(cancellationToken);
        }

        broker.Accept(message);
        await Task.Delay(TimeSpan.FromMilliseconds(dice.Between(0, world.Scenario.ConfirmMs)), node.Time, CancellationToken.None);
        if (dice.Falls(faults.LoseConfirm))
        {
            world.Trace($"{node.Name} confirm lost");
            await SilenceAsync(cancellationToken);
        }

        ThrowUnlessReady();
        await node.Step("confirmed");
    }

    private Task SilenceAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, node.Time, cancellationToken);

    private void ThrowUnlessReady()
    {
        if (!IsReady)
        {
            throw new IOException("There is no connection.");
        }
    }
}
