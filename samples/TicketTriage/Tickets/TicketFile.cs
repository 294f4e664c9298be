using System.Text;

namespace TicketTriage.Tickets;

/// <summary>A line that is not a ticket.</summary>
/// <param name="Number">From 1.</param>
public sealed record BadLine(int Number, string Fault);

/// <summary>What a ticket file holds: its good lines, and why the others are none.</summary>
public sealed record TicketFile(IReadOnlyList<Ticket> Tickets, IReadOnlyList<BadLine> BadLines)
{
    /// <summary>Longest line in bytes; a longer one is reported and skipped without being read into memory.</summary>
    public const int MaxLineBytes = 64 * 1024;

    /// <summary>Reads JSON Lines: LF or CRLF, with or without byte order mark. Empty lines are passed over.</summary>
    /// <param name="dataSet">Put before the ids of tickets and behind those of orders, so that two files may use the same ones; null: nothing.</param>
    public static async Task<TicketFile> ReadAsync(Stream stream, string? dataSet, CancellationToken cancellationToken)
    {
        var tickets = new List<Ticket>();
        var badLines = new List<BadLine>();
        var firstLineOf = new Dictionary<string, int>(StringComparer.Ordinal);
        var number = 0;
        await foreach (var line in LinesAsync(stream, cancellationToken))
        {
            number++;
            if (line is { Length: 0 })
            {
                continue;
            }

            if (line is null)
            {
                badLines.Add(new BadLine(number, $"the line is longer than {MaxLineBytes:N0} bytes"));
            }
            else if (!TicketLine.TryParse(line, out var ticket, out var fault))
            {
                badLines.Add(new BadLine(number, fault));
            }
            else if (!firstLineOf.TryAdd(ticket.Id, number))
            {
                badLines.Add(new BadLine(number, $"ticket {ticket.Id} is on line {firstLineOf[ticket.Id]} already"));
            }
            else
            {
                tickets.Add(dataSet is null ? ticket : Apart(ticket, dataSet));
            }
        }

        return new TicketFile(tickets, badLines);
    }

    private static Ticket Apart(Ticket ticket, string dataSet) =>
        ticket with
        {
            Id = $"{dataSet}/{ticket.Id}",
            Order = ticket.Order is { } order ? order with { Id = $"{order.Id}/{dataSet}" } : null,
        };

    // A null stands for a line that is too long.
    private static async IAsyncEnumerable<byte[]?> LinesAsync(
        Stream stream,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var buffer = new byte[16 * 1024];
        var line = new MemoryStream();
        var tooLong = false;
        var first = true;
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            var rest = buffer.AsMemory(0, read);
            while (rest.Length > 0)
            {
                var end = rest.Span.IndexOf((byte)'\n');
                var part = end < 0 ? rest : rest[..end];
                tooLong = tooLong || line.Length + part.Length > MaxLineBytes;
                if (!tooLong)
                {
                    line.Write(part.Span);
                }

                if (end < 0)
                {
                    break;
                }

                rest = rest[(end + 1)..];
                yield return tooLong ? null : Trimmed(line, first);
                first = false;
                line.SetLength(0);
                tooLong = false;
            }
        }

        if (tooLong || line.Length > 0)
        {
            yield return tooLong ? null : Trimmed(line, first);
        }
    }

    private static byte[] Trimmed(MemoryStream line, bool first)
    {
        var bytes = line.GetBuffer().AsSpan(0, (int)line.Length);
        if (first && bytes.StartsWith(Encoding.UTF8.Preamble))
        {
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        }

        return bytes.Trim(" \t\r"u8).ToArray();
    }
}
