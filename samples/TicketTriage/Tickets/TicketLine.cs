using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace TicketTriage.Tickets;

/// <summary>Turns one JSON line into a ticket, or says in a sentence why it is none. Members it does not know are passed over.</summary>
public static class TicketLine
{
    public const int MaxIdLength = 64;
    public const int MaxBodyLength = 8_000;

    public static bool TryParse(ReadOnlyMemory<byte> line, [NotNullWhen(true)] out Ticket? ticket, [NotNullWhen(false)] out string? fault)
    {
        (ticket, fault) = (null, null);
        try
        {
            using var document = JsonDocument.Parse(line);
            var json = document.RootElement;
            Require(json.ValueKind == JsonValueKind.Object, "the line is not a JSON object");
            ticket = new Ticket(
                Text(json, "id", MaxIdLength),
                Text(json, "customer", 320),
                Text(json, "subject", 500, mayBeEmpty: true),
                Text(json, "body", MaxBodyLength, mayBeEmpty: true),
                Moment(json, "receivedAt"),
                Order(Member(json, "order")),
                (int)Number(json, "chargebacks", int.MaxValue)
            );
            return true;
        }
        catch (JsonException broken)
        {
            fault = $"the line is not JSON (near byte {broken.BytePositionInLine + 1})";
        }
        catch (Fault wrong)
        {
            fault = wrong.Message;
        }
        catch (InvalidOperationException)
        {
            fault = "a text is not valid Unicode";
        }

        return false;
    }

    private static Order? Order(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        Require(json.ValueKind == JsonValueKind.Object, "\"order\" must be an object or null");
        var delivered = Member(json, "deliveredAt", "order.");
        return new Order(
            Text(json, "id", MaxIdLength, at: "order."),
            Number(json, "amountCents", 100_000_000_00, "order."),
            delivered.ValueKind == JsonValueKind.Null ? null : Moment(json, "deliveredAt", "order.")
        );
    }

    private static JsonElement Member(JsonElement json, string name, string at = "")
    {
        Require(json.TryGetProperty(name, out var value), $"\"{at}{name}\" is missing");
        return value;
    }

    private static string Text(JsonElement json, string name, int maxLength, bool mayBeEmpty = false, string at = "")
    {
        var value = Member(json, name, at);
        Require(value.ValueKind == JsonValueKind.String, $"\"{at}{name}\" must be a text");
        var text = value.GetString()!;
        Require(mayBeEmpty || !string.IsNullOrWhiteSpace(text), $"\"{at}{name}\" is empty");
        Require(text.Length <= maxLength, $"\"{at}{name}\" has {text.Length:N0} characters; at most {maxLength:N0} are allowed");
        return text;
    }

    private static long Number(JsonElement json, string name, long max, string at = "")
    {
        var value = Member(json, name, at);
        var whole = value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var n) ? n : -1;
        Require(whole >= 0 && whole <= max, $"\"{at}{name}\" must be a whole number from 0 to {max:N0}");
        return whole;
    }

    private static DateTimeOffset Moment(JsonElement json, string name, string at = "")
    {
        var text = Text(json, name, 40, at: at);
        var isMoment = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment);
        Require(isMoment, $"\"{at}{name}\" must be a date and time such as 2026-03-01T09:30:00Z");
        return moment;
    }

    private static void Require([DoesNotReturnIf(false)] bool condition, string fault)
    {
        if (!condition)
        {
            throw new Fault(fault);
        }
    }

    private sealed class Fault(string message) : Exception(message);
}
