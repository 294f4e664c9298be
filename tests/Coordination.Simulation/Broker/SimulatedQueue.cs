using Coordination.Persistence;

namespace Coordination.Simulation;

/// <summary>One queue: ready messages in order, and those that are with a consumer.</summary>
internal sealed class SimulatedQueue(World world, string name)
{
    private readonly List<QueuedCopy> ready = [];
    private readonly List<QueuedCopy> taken = [];
    private readonly List<Receiver> receivers = [];
    private bool dispatching;

    public string Name => name;

    public int Count => ready.Count + taken.Count;

    public void Add(OutgoingMessage message)
    {
        ready.Add(new QueuedCopy(message));
        Dispatch();
    }

    public void Attach(Receiver receiver)
    {
        receivers.Add(receiver);
        Dispatch();
    }

    /// <summary>The consumer is gone: what it had and did not acknowledge goes back to where it was, marked.</summary>
    public void Detach(Receiver receiver)
    {
        receivers.Remove(receiver);
        foreach (var copy in taken.Where(copy => copy.Receiver == receiver).Reverse().ToList())
        {
            Return(copy);
        }
    }

    /// <summary>Does nothing for a copy of a connection that is gone.</summary>
    public void Acknowledge(QueuedCopy copy) => taken.Remove(copy);

    /// <summary>Back into the queue at once.</summary>
    public void Return(QueuedCopy copy)
    {
        if (taken.Remove(copy))
        {
            ready.Insert(0, new QueuedCopy(copy.Message) { Redelivered = true });
            Dispatch();
        }
    }

    public void Forget()
    {
        ready.Clear();
        taken.Clear();
    }

    /// <summary>Hands out what consumers have room for, a moment later.</summary>
    public void Dispatch()
    {
        if (dispatching || ready.Count == 0)
        {
            return;
        }

        dispatching = true;
        _ = world.Time.After(
            TimeSpan.FromMilliseconds(world.Dice.Between(0, world.Scenario.LatencyMs)),
            () =>
            {
                dispatching = false;
                HandOut();
            }
        );
    }

    private void HandOut()
    {
        while (ready.Count > 0)
        {
            var free = receivers.Where(receiver => receiver.HasRoom).ToList();
            if (free.Count == 0)
            {
                return;
            }

            var next = world.Dice.Falls(world.Faults.Reorder) ? world.Dice.Between(0, ready.Count - 1) : 0;
            var copy = ready[next];
            ready.RemoveAt(next);
            taken.Add(copy);
            copy.Receiver = world.Dice.One(free);
            copy.Receiver.Take(copy);
        }
    }
}

/// <summary>A message on its way to a consumer.</summary>
internal sealed class QueuedCopy(OutgoingMessage message)
{
    public OutgoingMessage Message => message;

    public bool Redelivered { get; init; }

    public Receiver? Receiver { get; set; }
}
