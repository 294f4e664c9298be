namespace TicketTriage.Tickets;

/// <summary>One support ticket as the help desk exports it.</summary>
/// <param name="Id">Unique; the identity of the ticket's run and of its refund.</param>
/// <param name="Customer">An e-mail address, or a customer number when the help desk knows no more.</param>
/// <param name="Order">What the ticket is about; null when the customer named no order.</param>
/// <param name="Chargebacks">How often this customer's bank has taken money back, 0 or more.</param>
public sealed record Ticket(
    string Id,
    string Customer,
    string Subject,
    string Body,
    DateTimeOffset ReceivedAt,
    Order? Order,
    int Chargebacks
)
{
    /// <summary>What its runs are about, as people look for them: the ticket and the order.</summary>
    public string About => Order is { } order ? $"{Id}, {order.Id}" : Id;
}

/// <summary>What was paid and when it arrived.</summary>
/// <param name="AmountCents">0 or more.</param>
/// <param name="DeliveredAt">Null while it is under way.</param>
public sealed record Order(string Id, long AmountCents, DateTimeOffset? DeliveredAt);
