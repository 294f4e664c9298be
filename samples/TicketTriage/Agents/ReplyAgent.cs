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

/// <summary>Writes to the customer. A second outside effect: the key names the mail, so it is sent once.</summary>
public sealed class ReplyAgent(MailFolder mail) : IAgent<ReplyInput, ReplyReceipt>
{
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
        var key = context.EffectKey("mail", to);
        var file = await mail.SendAsync(key, to, $"Re: {input.Subject}", Letter.Write(result, input), cancellationToken);
        return new ReplyReceipt(result, file);
    }
}
