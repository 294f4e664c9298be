using System.Text;
using System.Text.Json;
using Coordination.Host.CommandLine;
using Coordination.Persistence;

namespace Coordination.Host.DeadLetters;

/// <summary>A parked message as the command line shows it.</summary>
internal sealed record LetterView
{
    public required long Id { get; init; }
    public required string Direction { get; init; }
    public required string Endpoint { get; init; }
    public required string Reason { get; init; }
    public required string Detail { get; init; }
    public required DateTimeOffset ParkedAt { get; init; }
    public required int Attempts { get; init; }
    public required Guid MessageId { get; init; }
    public required string MessageType { get; init; }
    public Guid? RunId { get; init; }
    public string? Destination { get; init; }
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The body as JSON, when it is JSON.</summary>
    public JsonElement? Body { get; init; }

    /// <summary>The body in base64, when it is not.</summary>
    public string? BodyBase64 { get; init; }

    public static LetterView Short(DeadLetter letter) =>
        new()
        {
            Id = letter.Id,
            Direction = letter.Direction,
            Endpoint = letter.Endpoint,
            Reason = letter.Reason,
            Detail = letter.Detail,
            ParkedAt = letter.ParkedAt,
            Attempts = letter.Attempts,
            MessageId = letter.Message.MessageId,
            MessageType = letter.Message.MessageType,
            RunId = letter.Message.GroupId,
        };

    public static LetterView Full(DeadLetter letter)
    {
        var body = Json(letter.Message.Body);
        return Short(letter) with
        {
            Destination = letter.Message.Destination,
            Headers = letter.Message.Headers,
            Body = body,
            BodyBase64 = body is null ? Convert.ToBase64String(letter.Message.Body) : null,
        };
    }

    public static void Print(LetterView letter, Output output)
    {
        output.Line($"dead letter  {letter.Id}");
        output.Line($"reason       {letter.Reason}: {letter.Detail}");
        output.Line($"parked       {Output.When(letter.ParkedAt)} after {letter.Attempts} attempts, {letter.Direction} {letter.Endpoint}");
        output.Line($"message      {letter.MessageType} {letter.MessageId}");
        output.Line($"run          {letter.RunId?.ToString() ?? "none"}");
        output.Line($"retry goes   {letter.Destination}");
        foreach (var header in letter.Headers!.OrderBy(header => header.Key, StringComparer.Ordinal))
            output.Line($"header       {header.Key}: {Printable(header.Value)}");
        output.Line(letter.Body is { } body ? JsonSerializer.Serialize(body, Indented) : $"body (base64) {letter.BodyBase64}");
    }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    // A parked message came from anywhere: control characters could steer the reader's terminal.
    private static string Printable(string text) => new([.. text.Select(c => char.IsControl(c) ? '?' : c)]);

    private static JsonElement? Json(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(Encoding.UTF8.GetString(body));
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
