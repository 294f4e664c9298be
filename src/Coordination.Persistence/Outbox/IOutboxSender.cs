namespace Coordination.Persistence;

/// <summary>Hands one stored message to the transport and returns when the broker has confirmed it.</summary>
public interface IOutboxSender
{
    /// <summary>False while the transport is not connected: nothing is tried then.</summary>
    bool IsReady { get; }

    /// <summary>Throws <see cref="UndeliverableException"/> when the broker answered and refused; anything else counts as not reachable.</summary>
    Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken);
}

/// <summary>The broker answered and did not take the message: it cannot be routed, or the queue is full.</summary>
public sealed class UndeliverableException(string reason, Exception? inner = null) : Exception(reason, inner);
