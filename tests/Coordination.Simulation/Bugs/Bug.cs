using Coordination.Persistence;

namespace Coordination.Simulation;

/// <summary>
/// A planted bug: wraps one of the ports in a way that looks like a plausible mistake. The simulation must find each; the base class plants nothing.
/// </summary>
internal class Bug
{
    public static readonly Bug None = new();

    /// <summary>The delivery is acknowledged before its unit of work has committed.</summary>
    public virtual bool AcknowledgesFirst => false;

    /// <summary>An acknowledgement settles everything delivered before it, done or not.</summary>
    public virtual bool AcknowledgesPast => false;

    /// <summary>A producer that did not see the end of its commit makes the request anew, as another one.</summary>
    public virtual bool RepeatsUnderNewId => false;

    public virtual void Configure(OutboxOptions options) { }

    public virtual IUnitOfWorkFactory Units(Node node, SimulatedUnits units) => units;

    public virtual IOutboxStore Store(Node node, IOutboxStore store) => store;

    public virtual IOutboxSender Sender(Node node, IOutboxSender sender) => sender;

    public virtual IOutboxRelay Relay(Node node, IOutboxRelay relay) => relay;
}
