using System.Text.Json;

namespace Coordination.Monitor;

/// <summary>What a call returns that a person is asked about: the part of the answer's schema that tells it.</summary>
internal static class EffectResult
{
    /// <summary>The result's schema; null when nothing is known of it.</summary>
    public static JsonElement? SchemaOf(JsonElement? answer) =>
        answer is { ValueKind: JsonValueKind.Object } schema
        && schema.TryGetProperty("properties", out var members)
        && members.TryGetProperty("result", out var result)
            ? result
            : null;

    /// <summary>Whether the call returns anything: an empty schema is written for calls that do not.</summary>
    public static bool IsNeeded(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.True || (schema.ValueKind == JsonValueKind.Object && schema.EnumerateObject().Any());
}
