using TicketTriage.Outside;

namespace TicketTriage.Agents;

/// <summary>The words of a reply. Written by us alone: nothing a customer or a model wrote is promised back.</summary>
public static class Letter
{
    public static string Write(TicketResult result, ReplyInput input) =>
        $"""
            Hello,

            {Opening(input.Mood.Mood)} {Message(result, input)}

            Your ticket is {input.Ticket}.
            The support team
            """;

    private static string Opening(Mood mood) =>
        mood switch
        {
            Mood.Angry => "we are sorry: this should have gone better, and we understand that you are angry.",
            Mood.Upset => "we are sorry for the trouble.",
            _ => "thank you for writing to us.",
        };

    private static string Message(TicketResult result, ReplyInput input) =>
        result switch
        {
            TicketResult.Refunded => $"We have refunded {Money.Show(input.Refund.AmountCents)} to the card you paid with.",
            TicketResult.RefundedElsewhere => $"This order is being refunded under your other ticket, {input.Hold.OtherTicket}.",
            TicketResult.Declined => $"We cannot refund this: {input.Decision.Reason}.",
            TicketResult.HandedToPerson => "A colleague looks into it personally and answers within one working day.",
            _ => Answer(input.Triage.Kind),
        };

    private static string Answer(TicketKind kind) =>
        kind switch
        {
            TicketKind.Delivery => "We have asked the carrier where your parcel is and send you the answer today.",
            TicketKind.Complaint => "Your complaint has gone to the head of the department, who will write to you.",
            TicketKind.Idea => "The idea is on the list our product team goes through every month.",
            _ => "You find the answer in our help centre under the words of your subject line; if not, just reply.",
        };
}
