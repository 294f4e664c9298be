using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coordination.EndToEnd.Tests;

/// <summary>A folder for one installation of the sample: its tickets, and what the outside world saw, read without the sample's own code.</summary>
internal sealed class Desk : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("coordination-e2e-").FullName;

    /// <param name="tickets">How many tickets are handed in: the shipped ones, and copies with other ids when they are not enough.</param>
    public Desk(int tickets)
    {
        Tickets = Path.Combine(folder, "tickets.jsonl");
        // Of two tickets about one order whichever comes first gets the money: with one each, every run must end as in any other order.
        var shipped = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "tickets.jsonl")).DistinctBy(Order).ToList();
        var lines = Enumerable.Range(0, tickets).Select(i => Copy(shipped[i % shipped.Count], i / shipped.Count)).ToList();
        File.WriteAllLines(Tickets, lines);
    }

    public string Tickets { get; }

    public string Data => Path.Combine(folder, "data");

    /// <summary>The complete lines of the refund ledger, in the order they were written.</summary>
    public IReadOnlyList<LedgerLine> Refunds()
    {
        var path = Path.Combine(Data, "refunds.jsonl");
        if (!File.Exists(path))
        {
            return [];
        }

        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        var text = reader.ReadToEnd();
        var complete = text[..(text.LastIndexOf('\n') + 1)];
        return
        [
            .. complete
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize<LedgerLine>(line, JsonSerializerOptions.Web)!),
        ];
    }

    private static string Copy(string line, int copy)
    {
        if (copy == 0)
        {
            return line;
        }

        var ticket = JsonNode.Parse(line)!;
        ticket["id"] = $"{ticket["id"]}-{copy}";
        if (ticket["order"] is JsonObject order)
        {
            order["id"] = $"{order["id"]}-{copy}";
        }

        return ticket.ToJsonString();
    }

    private static string Order(string line)
    {
        using var ticket = JsonDocument.Parse(line);
        var order = ticket.RootElement.GetProperty("order");
        return (order.ValueKind == JsonValueKind.Null ? ticket.RootElement : order).GetProperty("id").GetString()!;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}

/// <summary>One refund carried out.</summary>
internal sealed record LedgerLine(string Key, string Ticket, long AmountCents);

internal static class LedgerAssertions
{
    public static void ShouldHoldEveryRefundOnce(this IReadOnlyList<LedgerLine> refunds)
    {
        refunds.Select(line => line.Key).ShouldBeUnique();
        refunds.Select(line => line.Ticket).ShouldBeUnique();
    }
}
