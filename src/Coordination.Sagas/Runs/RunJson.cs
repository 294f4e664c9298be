using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Runs;

/// <summary>How plans and steps are stored in the run's row.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(RunJson.KebabRunStatus), typeof(RunJson.KebabStepStatus)]
)]
[JsonSerializable(typeof(RunPlan))]
[JsonSerializable(typeof(RunState))]
[JsonSerializable(typeof(RunEnding))]
[JsonSerializable(typeof(ImmutableArray<StepState>))]
[JsonSerializable(typeof(Dictionary<string, StepContent>))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(IReadOnlyList<Problem>))]
internal sealed partial class RunJson : JsonSerializerContext
{
    /// <summary>The name of a status in rows, views and messages, for example <c>retry-wait</c>.</summary>
    public static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    internal sealed class KebabRunStatus() : JsonStringEnumConverter<RunStatus>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);

    internal sealed class KebabStepStatus()
        : JsonStringEnumConverter<StepStatus>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);
}
