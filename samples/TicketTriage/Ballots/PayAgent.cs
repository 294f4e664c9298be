using Coordination.Workers;
using TicketTriage.Agents;
using TicketTriage.Outside;

namespace TicketTriage.Ballots;

/// <summary>Pays a refund, and only one that was decided: with exactly these facts, and once for each decision.</summary>
public sealed class PayAgent(PaymentProvider payments) : IAgent<RefundCase, RefundReceipt>
{
    private static readonly EffectTool Pay = new("refund", EffectClass.Keyed) { Scope = ["order"], Tier = "T1" };

    public Task<RefundReceipt> ExecuteAsync(RefundCase refund, AgentContext context, CancellationToken cancellationToken) =>
        context.Effect(
            Pay,
            refund,
            async (key, token) =>
                await payments.RefundAsync(key, refund.Ticket, refund.Order, refund.AmountCents, token)
                    ? new RefundReceipt(refund.AmountCents)
                    : throw new PermanentFailure("The card account is closed."),
            decision: context.Decision
        );
}
