using MassTransit.Transports;

namespace Coordination.Persistence;

/// <summary>A message in the hands of an endpoint of this process, until whoever brought it is told how it ended.</summary>
internal abstract class Delivery(string endpoint) : Arrival(endpoint), ReceiveLockContext
{
    /// <summary>Handled, or put aside: it must not come again.</summary>
    public abstract Task Complete();

    /// <summary>It could not be handled and not be put aside either: it must come again. Never throws.</summary>
    public abstract Task Faulted(Exception exception);

    public Task ValidateLockStatus() => Task.CompletedTask;

    /// <summary>The message as MassTransit's receive pipe takes it.</summary>
    public abstract BaseReceiveContext Receive(ReceiveEndpointContext endpoint);

    /// <summary>False when it need not be handled here any more: by now it comes another way.</summary>
    public virtual bool IsCurrent => true;
}
