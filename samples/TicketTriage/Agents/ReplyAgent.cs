using Coordination.Workers;
using TicketTriage.Outside;

namespace TicketTriage.Agents;

public sealed record ReplyInput(
    string Ticket,
    string Customer,
    string Subject,
    Triage Triage,
    Decision Decision,
    MoodFinding Mood,
    HoldReceipt Hold,
    RefundReceipt Refund
);

/// <summary>How the ticket ended, and where the mail is.</summary>
public sealed record ReplyReceipt(TicketResult Result, string Mail);

public enum TicketResult
{
    Refunded,
    Declined,
    HandedToPerson,
    RefundedElsewhere,
    Answered,
}

/// <summary>Writes to the customer: a second outside effect.</summary>
public sealed class ReplyAgent(MailFolder mail) : IAgent<ReplyInput, ReplyReceipt>
{
    // True of this folder, which names a mail's file by its key. A mail server would send a second mail: Irreversible.
    private static readonly EffectTool Mail = new("mail", EffectClass.Keyed) { Scope = ["to"] };

    public async Task<ReplyReceipt> ExecuteAsync(ReplyInput input, AgentContext context, CancellationToken cancellationToken)
    {
        var to = MailFolder.AddressOf(input.Customer) ?? throw new PermanentFailure("The customer's mail address is not valid.");
        var result = input switch
        {
            { Refund.AmountCents: > 0 } => TicketResult.Refunded,
            { Hold.OtherTicket: not null } => TicketResult.RefundedElsewhere,
            { Decision.Verdict: Verdict.Decline } => TicketResult.Declined,
            { Decision.Verdict: Verdict.Review } => TicketResult.HandedToPerson,
            _ => TicketResult.Answered,
        };
        var file = await context.Effect(
            Mail,
            new { to, result },
            (key, token) => mail.SendAsync(key, to, $"Re: {input.Subject}", Letter.Write(result, input), token)
        );
        return new ReplyReceipt(result, file);
    }
}
