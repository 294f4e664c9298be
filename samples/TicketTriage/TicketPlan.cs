using Coordination.Contracts.V1;
using Coordination.Workers;
using TicketTriage.Agents;
using TicketTriage.Tickets;

namespace TicketTriage;

/// <summary>
/// What is done with every ticket.
/// <code>
///            ┌─ policy ─┐
///   triage ──┼─ fraud ──┼── decide ── hold ── refund ── reply
///            └─ mood ───┘              ↺ undone when refund fails
/// </code>
/// Each step is given only what it needs. The three that read the customer's words cannot act; those that act never see them.
/// </summary>
public static class TicketPlan
{
    public static RunPlan For(Ticket ticket)
    {
        var text = new TicketText(ticket.Subject, ticket.Body);
        return Plan.Named("ticket-triage")
            .Step("triage", "triage", text)
            .Step("policy", "policy", new { ticket.Order, ticket.ReceivedAt }, inputFrom: From("triage"))
            .Step("fraud", "fraud", new FraudInput(text, ticket.Order?.AmountCents ?? 0, ticket.Chargebacks), after: ["triage"])
            .Step("mood", "mood", text, after: ["triage"])
            .Step("decide", "decide", new { ticket.Order }, inputFrom: From("policy", "fraud", "mood"))
            .Step(
                "hold",
                "hold",
                new { Ticket = ticket.Id, ticket.Order },
                inputFrom: From("decide", member: "decision"),
                compensateWith: "hold"
            )
            .Step("refund", "refund", new { Ticket = ticket.Id, ticket.Order }, inputFrom: From("hold"), pivot: true)
            .Step(
                "reply",
                "reply",
                new
                {
                    Ticket = ticket.Id,
                    ticket.Customer,
                    ticket.Subject,
                },
                inputFrom: new Dictionary<string, string>(From("triage", "mood", "hold", "refund")) { ["decision"] = "decide" },
                optional: true
            )
            .Build();
    }

    // The output of step "policy" becomes the input's member "policy".
    private static Dictionary<string, string> From(params string[] steps) => steps.ToDictionary(step => step);

    private static Dictionary<string, string> From(string step, string member) => new() { [member] = step };
}
