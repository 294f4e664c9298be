using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Coordination.Persistence;

namespace Coordination.Simulation;

/// <summary>A process' connection to the broker, with its consumers.</summary>
internal sealed class Link(SimulatedBroker broker, Node node)
{
    private readonly List<Receiver> receivers = [];

    /// <summary>The connection stands.</summary>
    public bool IsUp { get; private set; }

    /// <summary>Adds an endpoint of the process; messages of the process itself reach it in memory.</summary>
    public void Add(Receiver receiver)
    {
        receivers.Add(receiver);
        Of(node.Get<LocalEndpoints>())[receiver.Endpoint.Name] = receiver.Endpoint;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "endpoints")]
    private static extern ref readonly ConcurrentDictionary<string, LocalEndpoint> Of(LocalEndpoints endpoints);

    public void Restore()
    {
        if (IsUp || node.IsDead || !broker.IsUp)
        {
            return;
        }

        IsUp = true;
        foreach (var receiver in receivers)
        {
            receiver.Attach();
        }
    }

    /// <summary>Cut off: what was delivered and not acknowledged goes to others.</summary>
    public void Lose()
    {
        IsUp = false;
        foreach (var receiver in receivers)
        {
            receiver.Detach();
        }
    }

    /// <summary>Cut for a moment.</summary>
    public void Cut(TimeSpan span)
    {
        Lose();
        _ = node.World.Time.After(span, Restore);
    }

    /// <summary>No further deliveries.</summary>
    public void Close() => receivers.ForEach(receiver => receiver.Close());

    /// <summary>When everything delivered is handled.</summary>
    public async Task DrainedAsync()
    {
        while (!receivers.TrueForAll(receiver => receiver.IsIdle))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), node.Time);
        }
    }
}
