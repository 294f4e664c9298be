using Coordination.Contracts;
using Coordination.Workers;
using TicketTriage.Outside;
using TicketTriage.Tickets;

namespace TicketTriage.Agents;

public sealed record HoldInput(string Ticket, Order? Order, Decision Decision);

/// <summary>The money set aside for a refund.</summary>
/// <param name="Key">Names the hold; null when nothing is held.</param>
/// <param name="OtherTicket">Set when the order's money went to another ticket already.</param>
public sealed record HoldReceipt(string? Key, long AmountCents, string? OtherTicket);

/// <summary>Sets the amount of an approved refund aside, once per order; gives it free again when the refund fails.</summary>
public sealed class HoldAgent(HoldLedger holds) : ICompensatingAgent<HoldInput, HoldReceipt>
{
    // The ledger knows the keys it has carried out.
    private static readonly EffectTool Hold = new("hold", EffectClass.Keyed) { Scope = ["order"] };

    // What is free stays free, however often it is said.
    private static readonly EffectTool Release = new("release", EffectClass.Idempotent) { Scope = ["hold"] };

    public async Task<HoldReceipt> ExecuteAsync(HoldInput input, AgentContext context, CancellationToken cancellationToken)
    {
        if (input is not { Decision: { Verdict: Verdict.Approve, AmountCents: var amount }, Order: { } order })
        {
            return new HoldReceipt(null, 0, null);
        }

        if (amount > order.AmountCents)
        {
            throw new PermanentFailure("The decision asks for more than was paid.", ReasonCode.InvariantViolated);
        }

        return await context.Effect(
            Hold,
            new { order = order.Id, amount },
            async (key, token) =>
            {
                var holder = await holds.HoldAsync(key, input.Ticket, order.Id, amount, token);
                return holder == input.Ticket ? new HoldReceipt(key, amount, null) : new HoldReceipt(null, 0, holder);
            }
        );
    }

    public Task CompensateAsync(HoldInput input, HoldReceipt output, AgentContext context, CancellationToken cancellationToken) =>
        output.Key is { } hold ? context.Effect(Release, new { hold }, (_, token) => holds.ReleaseAsync(hold, token)) : Task.CompletedTask;
}
