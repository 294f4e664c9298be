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

        var key = context.EffectKey("hold", order.Id);
        var holder = await holds.HoldAsync(key, input.Ticket, order.Id, amount, cancellationToken);
        return holder == input.Ticket ? new HoldReceipt(key, amount, null) : new HoldReceipt(null, 0, holder);
    }

    public Task CompensateAsync(HoldInput input, HoldReceipt output, AgentContext context, CancellationToken cancellationToken) =>
        output.Key is { } key ? holds.ReleaseAsync(key, cancellationToken) : Task.CompletedTask;
}
