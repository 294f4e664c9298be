using Coordination.Persistence;

namespace Coordination.Simulation;

/// <summary>
/// A broker with queues, prefetch and acknowledgements that may duplicate, delay and reorder. What it took it keeps until it is acknowledged; the
/// in-memory transport of embedded mode dies with its process.
/// </summary>
internal sealed class SimulatedBroker(World world)
{
    private readonly Dictionary<string, List<SimulatedQueue>> exchanges = new(StringComparer.Ordinal);
    private readonly List<SimulatedQueue> queues = [];
    private int generation;

    public bool IsUp { get; private set; } = true;

    public IReadOnlyList<SimulatedQueue> Queues => queues;

    public void Declare(string name, string? exchange = null)
    {
        var queue = new SimulatedQueue(world, name);
        queues.Add(queue);
        if (!exchanges.TryGetValue(exchange ?? name, out var bound))
        {
            exchanges[exchange ?? name] = bound = [];
        }

        bound.Add(queue);
    }

    public SimulatedQueue Queue(string name) => queues.Single(queue => queue.Name == name);

    /// <summary>The queues a message for this exchange reaches.</summary>
    public IReadOnlyList<SimulatedQueue> Bound(string exchange) => exchanges.GetValueOrDefault(exchange) ?? [];

    /// <summary>Takes a message for every queue bound to its exchange.</summary>
    public void Accept(OutgoingMessage message)
    {
        world.Checks.Accepted(message);
        foreach (var queue in Bound(Wire.EndpointOf(message.Destination)))
        {
            queue.Add(message);
            if (world.Dice.Falls(world.Faults.Duplicate))
            {
                var born = generation;
                _ = world.Time.After(
                    world.Dice.Between(TimeSpan.Zero, TimeSpan.FromSeconds(5)),
                    () =>
                    {
                        if (born == generation)
                        {
                            queue.Add(message);
                        }
                    }
                );
            }
        }
    }

    /// <summary>Nobody can publish, consume or acknowledge; queues are kept.</summary>
    public void GoDown()
    {
        world.Trace("broker down");
        world.Faulty++;
        IsUp = false;
        foreach (var node in world.Living)
        {
            node.Link.Lose();
        }
    }

    public void ComeUp()
    {
        if (IsUp)
        {
            return;
        }

        world.Trace("broker up");
        IsUp = true;
        foreach (var node in world.Living)
        {
            node.Link.Restore();
        }
    }

    /// <summary>A consumer has room again.</summary>
    public void Offer() => queues.ForEach(queue => queue.Dispatch());

    /// <summary>Everything in it is gone, as the memory of a process.</summary>
    public void Forget()
    {
        generation++;
        foreach (var queue in queues)
        {
            queue.Forget();
        }
    }
}
