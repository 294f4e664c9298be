using System.Buffers;
using System.Text.Json;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Runs;

/// <summary>Builds what a step's agent is given from what the plan says and what earlier steps returned.</summary>
public static class StepInput
{
    /// <summary>
    /// The step's <see cref="PlanStep.Input"/> with the members of <see cref="PlanStep.InputFrom"/> added. <paramref name="outputs"/> holds the
    /// outputs of the steps that are done, by step id.
    /// </summary>
    public static StepInputResult Resolve(PlanStep step, IReadOnlyDictionary<string, JsonElement> outputs)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        if (step.Input is { ValueKind: JsonValueKind.Object } input)
        {
            foreach (var member in input.EnumerateObject())
                member.WriteTo(writer);
        }
        foreach (var (name, source) in step.InputFrom ?? EmptySources)
        {
            var (from, pointer) = Split(source);
            if (!outputs.TryGetValue(from, out var output))
                return new(null, $"input member '{name}' is taken from step '{from}', which has no output");
            if (JsonPointer.Find(output, pointer) is not { } value)
                return new(
                    null,
                    $"input member '{name}' is taken from '{source}', but the output of step '{from}' has nothing at '{pointer}'"
                );
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
        writer.WriteEndObject();
        writer.Flush();
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return new(document.RootElement.Clone(), null);
    }

    /// <summary>Splits <c>step#/json/pointer</c>; without <c>#</c> the pointer is empty and names the whole output.</summary>
    public static (string StepId, string Pointer) Split(string source)
    {
        var hash = source.IndexOf('#', StringComparison.Ordinal);
        return hash < 0 ? (source, "") : (source[..hash], source[(hash + 1)..]);
    }

    private static readonly IReadOnlyDictionary<string, string> EmptySources = new Dictionary<string, string>(0);
}

/// <summary>The input, or what is missing for it.</summary>
public readonly record struct StepInputResult(JsonElement? Input, string? Fault);
