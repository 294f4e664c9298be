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

    /// <summary>open, retried, discarded or superseded.</summary>
    public required string State { get; init; }
    public DateTimeOffset? FirstAt { get; init; }
    public DateTimeOffset? LastAt { get; init; }
    public string? TraceId { get; init; }
    public long? Replaces { get; init; }
    public long? ReplacedBy { get; init; }
    public DateTimeOffset? SettledAt { get; init; }
    public string? SettledBy { get; init; }
    public string? SettledBecause { get; init; }
    public IReadOnlyList<FailedAttempt>? Failures { get; init; }
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
            State = letter.State,
            FirstAt = letter.FirstAt,
            LastAt = letter.LastAt,
            TraceId = letter.TraceId,
            Replaces = letter.Replaces,
            ReplacedBy = letter.ReplacedBy,
            SettledAt = letter.SettledAt,
            SettledBy = letter.SettledBy,
            SettledBecause = letter.SettledBecause,
        };

    public static LetterView Full(DeadLetter letter)
    {
        var body = Json(letter.Message.Body);
        return Short(letter) with
        {
            Failures = letter.Failures,
            Destination = letter.Message.Destination,
            Headers = letter.Message.Headers,
            Body = body,
            BodyBase64 = body is null ? Convert.ToBase64String(letter.Message.Body) : null,
        };
    }

    public static void Print(LetterView letter, Output output)
    {
        output.Line($"dead letter  {letter.Id}, {letter.State}");
        if (letter.SettledAt is not null)
        {
            var why = letter.SettledBecause is null ? "" : ": " + letter.SettledBecause.ReplaceLineEndings(" ");
            output.Line($"decided      {Output.When(letter.SettledAt)} by {(letter.SettledBy ?? "nobody").ReplaceLineEndings(" ")}{why}");
        }
        if (letter.Replaces is not null)
            output.Line($"replaces     {letter.Replaces}");
        if (letter.ReplacedBy is not null)
            output.Line($"replaced by  {letter.ReplacedBy}");
        output.Line($"reason       {letter.Reason}: {letter.Detail}");
        output.Line($"parked       {Output.When(letter.ParkedAt)} after {letter.Attempts} attempts, {letter.Direction} {letter.Endpoint}");
        output.Line($"message      {letter.MessageType} {letter.MessageId}");
        output.Line($"trace        {letter.TraceId ?? "none"}");
        output.Line($"failed       first {Output.When(letter.FirstAt)}, last {Output.When(letter.LastAt)}");
        foreach (var failure in letter.Failures!)
        {
            var what = string.Join(
                ": ",
                new[] { failure.Error, failure.Text }.Where(part => part is not null).Select(part => part!.ReplaceLineEndings(" "))
            );
            output.Line($"attempt {failure.Number, -4} {Output.When(failure.At)} {failure.Code} {what}".TrimEnd());
        }
        output.Line($"run          {letter.RunId?.ToString() ?? "none"}");
        output.Line($"retry goes   {letter.Destination}");
        foreach (var header in letter.Headers!.OrderBy(header => header.Key, StringComparer.Ordinal))
            output.Line($"header       {header.Key}: {header.Value.ReplaceLineEndings(" ")}");
        output.Line(letter.Body is { } body ? JsonSerializer.Serialize(body, Indented) : $"body (base64) {letter.BodyBase64}");
    }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

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
