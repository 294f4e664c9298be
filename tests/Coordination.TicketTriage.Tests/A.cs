using TicketTriage.Tickets;

namespace Coordination.TicketTriage.Tests;

/// <summary>Tickets to vary: an ordinary refund within policy.</summary>
internal static class A
{
    public static readonly DateTimeOffset Monday = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    public static Ticket Ticket(string body = "I would like a refund.", string subject = "Return", string id = "T-1") =>
        new(id, "ana@mail.example", subject, body, Monday, Order(), 0);

    public static Order Order(long amountCents = 49_90, double daysAgo = 10, string id = "A-1") =>
        new(id, amountCents, Monday.AddDays(-daysAgo));

    public static string FolderOf(string name) => Path.Combine(Directory.CreateTempSubdirectory("ticket-triage").FullName, name);
}
