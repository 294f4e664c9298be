using MassTransit;

namespace Coordination.Persistence;

/// <summary>How a message came to an endpoint of this process.</summary>
internal class Arrival(string endpoint)
{
    /// <summary>The endpoint, for example <c>agent-refund</c>.</summary>
    public string Endpoint { get; } = endpoint;

    /// <summary>It may have been handled already: the broker delivers it again, or the outbox has sent it again.</summary>
    public bool CameBefore { get; init; }

    /// <summary>The outbox row by which it was handed over inside the process.</summary>
    public long? HandedOver { get; init; }

    /// <summary>
    /// A unit of work of this process sent it. A row the sweep finds may be anybody's who can write to the database; only an embedded store has no others.
    /// </summary>
    public bool IsOwn { get; init; }

    /// <summary>Its unit of work has committed; whatever stood for it in the outbox is gone.</summary>
    public virtual void Settled() { }

    /// <summary>As our own receive loop says, or as far as the transport tells.</summary>
    public static Arrival Of(ReceiveContext context) =>
        context.TryGetPayload<Arrival>(out var arrival)
            ? arrival
            : new Arrival(Wire.EndpointOf(context.InputAddress.ToString()))
            {
                CameBefore = context.Redelivered || context.TransportHeaders.TryGetHeader(Wire.SentAgainHeader, out _),
            };
}
