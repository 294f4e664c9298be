using Coordination.Workers;
using TicketTriage.Tickets;

namespace TicketTriage.Agents;

public sealed record PolicyInput(Triage Triage, Order? Order, DateTimeOffset ReceivedAt);

/// <summary>What the refund policy says, before anybody asks whether the customer can be trusted.</summary>
public sealed record PolicyFinding(PolicyVerdict Verdict, string Reason);

public enum PolicyVerdict
{
    NotAboutMoney,
    Allowed,
    Refused,
    NeedsPerson,
}

/// <summary>Applies the refund policy to the facts of the order. It never sees what the customer wrote.</summary>
public sealed class PolicyAgent : IAgent<PolicyInput, PolicyFinding>
{
    public static readonly TimeSpan ReturnTime = TimeSpan.FromDays(30);
    public static readonly TimeSpan WarrantyTime = TimeSpan.FromDays(365);
    public const long MaxAmountCents = 500_00;

    public Task<PolicyFinding> ExecuteAsync(PolicyInput ticket, AgentContext context, CancellationToken cancellationToken)
    {
        var time = ticket.Triage.Kind == TicketKind.Damaged ? WarrantyTime : ReturnTime;
        var (verdict, reason) = (ticket.Order, ticket.ReceivedAt - ticket.Order?.DeliveredAt) switch
        {
            _ when ticket.Triage.Kind is not (TicketKind.Refund or TicketKind.Damaged) => (
                PolicyVerdict.NotAboutMoney,
                "no money is asked for"
            ),
            (null, _) => (PolicyVerdict.Refused, "the ticket names no order"),
            ({ AmountCents: 0 }, _) => (PolicyVerdict.Refused, "nothing was paid for the order"),
            (_, null) => (PolicyVerdict.NeedsPerson, "the order has not been delivered yet"),
            (_, { Ticks: < 0 }) => (PolicyVerdict.NeedsPerson, "the dates of order and ticket contradict each other"),
            (_, { } age) when age > time => (PolicyVerdict.Refused, $"the order was delivered more than {time.Days} days ago"),
            ({ AmountCents: > MaxAmountCents }, _) => (PolicyVerdict.NeedsPerson, "amounts over 500.00 are for a person to decide"),
            _ => (PolicyVerdict.Allowed, $"delivered within the last {time.Days} days"),
        };
        return Task.FromResult(new PolicyFinding(verdict, reason));
    }
}
