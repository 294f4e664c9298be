using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using Coordination.Contracts;

namespace Coordination.Workers;

/// <summary>
/// The JSON rules of agents' inputs, outputs and answers: camelCase, exact names, enums as names; unknown members, missing required members, null
/// where none is allowed and doubled members are refused with their path.
/// </summary>
internal static class AgentJson
{
    /// <summary>Largest output of a step in bytes: a message has 256 KB, 1 KB of it for what stands around the output.</summary>
    public const int MaxOutputBytes = 255 * 1024;

    public static readonly JsonSerializerOptions Options = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        MaxDepth = 30,
        // As messages are written, so that the size is the same in both.
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>Reads and validates a value; on failure <paramref name="problem"/> says where and what, without repeating the content.</summary>
    public static bool TryRead<T>(JsonElement json, string root, out T? value, out PermanentFailure? problem)
    {
        value = default;
        problem = null;
        try
        {
            value = json.Deserialize<T>(Options);
        }
        catch (JsonException fault)
        {
            var path = root + (fault.Path is { Length: > 1 } p ? p[1..] : "");
            problem = new PermanentFailure($"{path}: {JsonFault.Describe(fault, typeof(T))}", ReasonCode.ContractInvalid);
            return false;
        }

        if (value is null)
        {
            problem = new PermanentFailure($"{root}: null is not a {typeof(T).Name}.", ReasonCode.ContractInvalid);
            return false;
        }

        var results = new List<ValidationResult>();
        object boxed = value;
        if (!Validator.TryValidateObject(boxed, new ValidationContext(boxed), results, validateAllProperties: true))
        {
            var faults = results.Select(r =>
                $"{root}.{string.Join(",", r.MemberNames.Select(JsonNamingPolicy.CamelCase.ConvertName))}: {r.ErrorMessage}"
            );
            problem = new PermanentFailure(string.Join(" ", faults), ReasonCode.ContractInvalid);
            return false;
        }

        return true;
    }

    /// <summary>The step's output; fails when it is larger than <see cref="MaxOutputBytes"/>.</summary>
    public static JsonElement Write<T>(T value)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, Options);
        if (bytes.Length > MaxOutputBytes)
        {
            throw new PermanentFailure(
                $"The output has {bytes.Length:N0} bytes; at most {MaxOutputBytes:N0} are allowed. Store it elsewhere and return a reference.",
                ReasonCode.ContractInvalid
            );
        }

        using var document = JsonDocument.Parse(bytes);
        return document.RootElement.Clone();
    }

    public static JsonNode SchemaOf<T>() => Options.GetJsonSchemaAsNode(typeof(T));
}
