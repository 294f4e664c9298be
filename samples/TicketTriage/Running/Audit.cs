using TicketTriage.Outside;

namespace TicketTriage.Running;

/// <summary>What the outside world shows, read from its files alone: no run, no agent and no memory is asked.</summary>
/// <param name="DuplicateRefunds">Lines of the ledger whose key or whose ticket was there before.</param>
/// <param name="OpenHolds">Money still set aside for a ticket that got no refund.</param>
public sealed record Audit(int Refunds, long RefundedCents, int DuplicateRefunds, int OpenHolds, int Mails)
{
    public static Audit Of(DataFolder data)
    {
        var refunds = Lines<Refund>(data.Refunds);
        HashSet<string> keys = [];
        HashSet<string> tickets = [];
        var duplicates = 0;
        foreach (var refund in refunds)
        {
            var newKey = keys.Add(refund.Key);
            var newTicket = tickets.Add(refund.Ticket);
            duplicates += newKey && newTicket ? 0 : 1;
        }

        var entries = Lines<HoldEntry>(data.Holds);
        var released = entries.Where(entry => entry.Entry == HoldLedger.Release).Select(entry => entry.Key).ToHashSet();
        return new Audit(
            refunds.Count,
            refunds.Sum(refund => refund.AmountCents),
            duplicates,
            entries.Count(entry => entry.Entry == HoldLedger.Hold && !released.Contains(entry.Key) && !tickets.Contains(entry.Ticket)),
            Directory.Exists(data.Mail) ? Directory.GetFiles(data.Mail, "*.eml").Length : 0
        );
    }

    private static List<TLine> Lines<TLine>(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var complete = bytes.AsSpan(0, read).LastIndexOf((byte)'\n') + 1;
        return [.. JsonLines.Read<TLine>(bytes.AsMemory(0, complete), path)];
    }
}
