using System.Security.Cryptography;
using System.Text;

namespace TicketTriage.Tickets;

/// <summary>
/// Gives a ticket the same run id on every start. The run id is the idempotency key of a submission, so starting the program again joins the
/// runs that are there and resumes what a crash interrupted.
/// </summary>
public static class RunIds
{
    /// <summary>A UUID of version 8 (RFC 9562) made from the SHA-256 of the ticket's id.</summary>
    public static Guid Of(string ticketId)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes("ticket-triage/" + ticketId), hash);
        var id = hash[..16];
        id[6] = (byte)((id[6] & 0x0F) | 0x80);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true);
    }
}
