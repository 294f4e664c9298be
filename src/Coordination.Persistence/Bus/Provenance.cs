using Coordination.Contracts;
using Coordination.Contracts.V1;
using MassTransit;

namespace Coordination.Persistence;

/// <summary>
/// Where a message comes from and where it wants answers sent, before its body is looked at. Contracts name nobody to answer to: an address the sender
/// chose is an order to write for it to a place it may not reach, so the message is refused instead of being handled without. Who sent it is the
/// <c>user-id</c> property, which the broker compares with the connection; everything else that names a sender is free text.
/// </summary>
internal static class Provenance
{
    private static readonly string[] Addresses = [MessageHeaders.ResponseAddress, MessageHeaders.FaultAddress];

    /// <summary>What is wrong; null when nothing is.</summary>
    public static Problem? Check(ReceiveContext context, string? contractId, GuardOptions options)
    {
        // Another content type would be read by another deserializer than the one that was checked.
        if (context.ContentType is not { } type || !type.MediaType.Equals(Wire.ContentType.MediaType, StringComparison.OrdinalIgnoreCase))
        {
            return Found(ReasonCode.ContractInvalid, "properties.content-type", $"must be {Wire.ContentType.MediaType}.");
        }

        foreach (var address in Addresses)
        {
            if (context.TransportHeaders.TryGetHeader(address, out _))
            {
                return Found(ReasonCode.ContractInvalid, "headers." + address, "is not taken: answers go where the contract says.");
            }
        }

        if (context.TryGetPayload<Arrival>(out var arrival) && arrival.HandedOver is not null)
        {
            // Handed over inside the process from the outbox, which only the backbone's own database users can write.
            return null;
        }

        var delivery = context.TryGetPayload<RabbitMqBasicConsumeContext>(out var basic) ? basic.Properties : null;
        return string.IsNullOrEmpty(delivery?.ReplyTo)
            ? Sender(delivery?.UserId, contractId, options)
            : Found(ReasonCode.ContractInvalid, "properties.reply-to", "is not taken: answers go where the contract says.");
    }

    private static Problem? Sender(string? user, string? contractId, GuardOptions options)
    {
        var allowed = contractId is null ? null : options.UsersByContract.GetValueOrDefault(contractId);
        if (string.IsNullOrEmpty(user))
        {
            return options.RequireUserId || allowed is not null
                ? Found(ReasonCode.UnregisteredSender, "properties.user-id", "is missing: set it to the connection's user.")
                : null;
        }

        return allowed is null || allowed.Contains(user, StringComparer.Ordinal)
            ? null
            : Found(ReasonCode.SenderMismatch, "properties.user-id", $"is a user that may not send {contractId}.");
    }

    private static Problem Found(string code, string path, string message) =>
        new()
        {
            Code = code,
            Path = path,
            Message = message,
        };
}
