using System.Text.Json;

namespace Coordination.Monitor;

/// <summary>What a call returns that a person is asked about: the part of the answer's schema that tells it.</summary>
internal static class EffectResult
{
    /// <summary>The result's schema; null when nothing is known of it.</summary>
    public static JsonElement? SchemaOf(JsonElement? answer) =>
        answer is { ValueKind: JsonValueKind.Object } schema
        && schema.TryGetProperty("properties", out var members)
        && members.ValueKind == JsonValueKind.Object
        && members.TryGetProperty("result", out var result)
            ? result
            : null;

    /// <summary>A value of the kind the call returns, as JSON, for somebody to write theirs by; null when it returns nothing or nothing is known.</summary>
    public static string? ExampleOf(JsonElement? answer) =>
        SchemaOf(answer) is { } schema && IsNeeded(schema) ? JsonShape.Example(schema) ?? "null" : null;

    /// <summary>Whether the call returns anything: an empty schema is written for calls that do not.</summary>
    public static bool IsNeeded(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.True || (schema.ValueKind == JsonValueKind.Object && schema.EnumerateObject().Any());
}
