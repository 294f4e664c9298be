using Coordination.Workers;
using TicketTriage.Outside;
using TicketTriage.Tickets;

namespace TicketTriage.Agents;

public sealed record RefundInput(string Ticket, Order? Order, HoldReceipt Hold);

/// <summary>The money that went back; 0 when there was nothing to refund.</summary>
public sealed record RefundReceipt(long AmountCents);

/// <summary>
/// Pays the held amount back. This is the outside effect that must happen once: the key is the same in every attempt and in every process, and
/// the payment provider carries out each key once.
/// </summary>
public sealed class RefundAgent(PaymentProvider payments) : IAgent<RefundInput, RefundReceipt>
{
    public async Task<RefundReceipt> ExecuteAsync(RefundInput input, AgentContext context, CancellationToken cancellationToken)
    {
        if (input is not { Hold: { Key: not null, AmountCents: var amount }, Order: { } order })
        {
            return new RefundReceipt(0);
        }

        var key = context.EffectKey("refund", order.Id);
        var paid = await payments.RefundAsync(key, input.Ticket, order.Id, amount, cancellationToken);
        return paid ? new RefundReceipt(amount) : throw new PermanentFailure("The card account is closed.");
    }
}
