using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coordination.Workers;

/// <summary>A person's word about an effect in doubt.</summary>
internal sealed record EffectAnswer(EffectVerdict Verdict, JsonElement? Result, string? By, string? Note)
{
    /// <summary>The answer's schema, with that of the call's result.</summary>
    public static JsonNode SchemaOf<T>() =>
        new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["verdict"] = new JsonObject { ["enum"] = new JsonArray("happened", "did-not-happen", "compensate") },
                ["result"] = typeof(T) == typeof(NoResult) ? new JsonObject() : AgentJson.SchemaOf<T>(),
                ["by"] = new JsonObject { ["type"] = "string" },
                ["note"] = new JsonObject { ["type"] = "string" },
            },
            ["required"] = new JsonArray("verdict"),
        };

    /// <summary>Null when it says nothing that can be understood.</summary>
    public static EffectAnswer? Read(JsonElement answer)
    {
        string? Word(string name) =>
            answer.ValueKind == JsonValueKind.Object
            && answer.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        EffectVerdict? verdict = Word("verdict") switch
        {
            "happened" => EffectVerdict.Happened,
            "did-not-happen" => EffectVerdict.DidNotHappen,
            "compensate" => EffectVerdict.Compensate,
            _ => null,
        };
        return verdict is { } said
            ? new EffectAnswer(
                said,
                answer.TryGetProperty("result", out var result) && result.ValueKind != JsonValueKind.Null ? result : null,
                Word("by"),
                Word("note")
            )
            : null;
    }
}
