using Coordination.Workers;
using TicketTriage.Outside;
using TicketTriage.Tickets;

namespace TicketTriage.Agents;

public sealed record RefundInput(string Ticket, Order? Order, HoldReceipt Hold);

/// <summary>The money that went back; 0 when there was nothing to refund.</summary>
public sealed record RefundReceipt(long AmountCents);

/// <summary>
/// Pays the held amount back. This is the outside effect that must happen once. What is meant and what came of it is stored around the call, so a second
/// attempt gets the first receipt; after a crash between the two the call is made again with the same key, and the provider carries out each key once.
/// </summary>
public sealed class RefundAgent(PaymentProvider payments) : IAgent<RefundInput, RefundReceipt>
{
    private static readonly EffectTool Refund = new("refund", EffectClass.Keyed) { Scope = ["order"] };

    public async Task<RefundReceipt> ExecuteAsync(RefundInput input, AgentContext context, CancellationToken cancellationToken)
    {
        if (input is not { Hold: { Key: not null, AmountCents: var amount }, Order: { } order })
        {
            return new RefundReceipt(0);
        }

        return await context.Effect(
            Refund,
            new { order = order.Id, amount },
            async (key, token) =>
                await payments.RefundAsync(key, input.Ticket, order.Id, amount, token)
                    ? new RefundReceipt(amount)
                    : throw new PermanentFailure("The card account is closed.")
        );
    }
}
