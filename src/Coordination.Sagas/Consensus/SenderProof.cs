using Coordination.Persistence;
using MassTransit;

namespace Coordination.Sagas.Consensus;

/// <summary>Who sent a message, as far as the broker vouches for it.</summary>
internal static class SenderProof
{
    public static VerifiedSender Of(ConsumeContext context)
    {
        var received = context.ReceiveContext;
        if (received.TryGetPayload<Arrival>(out var arrival) && arrival.HandedOver is not null)
            return new VerifiedSender(User: null, FromHere: arrival.IsOwn);
        // The broker refuses a user-id that is not the connection's.
        var user = received.TryGetPayload<RabbitMqBasicConsumeContext>(out var delivery) ? delivery.Properties.UserId : null;
        return new VerifiedSender(string.IsNullOrEmpty(user) ? null : user, FromHere: false);
    }
}
