using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coordination.Persistence;

/// <summary>
/// The failed attempts of a message at one endpoint, in order and bounded: how it began and how it ended, with a gap of numbers between when there were more
/// than <see cref="Most"/>.
/// </summary>
internal static class AttemptList
{
    public const int First = 10;
    public const int Last = 10;
    public const int Most = First + Last;

    /// <summary>Adds what came later; its numbers go on where the earlier ones ended.</summary>
    public static IReadOnlyList<FailedAttempt> Then(this IReadOnlyList<FailedAttempt> earlier, IReadOnlyList<FailedAttempt> later)
    {
        var count = Count(earlier);
        return Bounded([.. earlier, .. later.Select(attempt => attempt with { Number = count + attempt.Number })]);
    }

    /// <summary>How many there were, those left out among them.</summary>
    public static int Count(IReadOnlyList<FailedAttempt> attempts) => attempts.Count == 0 ? 0 : attempts[^1].Number;

    public static string? Write(IReadOnlyList<FailedAttempt> attempts) =>
        attempts.Count == 0 ? null : JsonSerializer.Serialize(attempts, AttemptListJson.Default.IReadOnlyListFailedAttempt);

    public static IReadOnlyList<FailedAttempt> Read(string? json) =>
        json is null ? [] : JsonSerializer.Deserialize(json, AttemptListJson.Default.IReadOnlyListFailedAttempt) ?? [];

    private static IReadOnlyList<FailedAttempt> Bounded(IReadOnlyList<FailedAttempt> attempts) =>
        attempts.Count <= Most ? attempts : [.. attempts.Take(First), .. attempts.TakeLast(Last)];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(IReadOnlyList<FailedAttempt>))]
internal sealed partial class AttemptListJson : JsonSerializerContext;
