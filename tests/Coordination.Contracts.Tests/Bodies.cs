using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Coordination.Contracts.Gate;

namespace Coordination.Contracts.Tests;

/// <summary>Bodies to read, made from the full samples.</summary>
internal static partial class Bodies
{
    public static JsonObject Full(string contractId) =>
        JsonNode.Parse(ContractJson.Serialize(SampleMessages.Of(ContractCatalog.Find(contractId)!.Type)[1].Message))!.AsObject();

    /// <summary>Puts a value at a path such as <c>plan.steps[1].id</c>.</summary>
    public static void Set(JsonNode body, string path, JsonNode? value)
    {
        var parts = Part().Matches(path);
        var node = body;
        foreach (var part in parts.SkipLast(1))
        {
            node = part.Value[0] == '[' ? node[Index(part)]! : node[part.Value]!;
        }

        if (parts[^1].Value[0] == '[')
        {
            node[Index(parts[^1])] = value;
        }
        else
        {
            node[parts[^1].Value] = value;
        }
    }

    public static ContractReading Read(string contractId, JsonNode body, string minor = "0") =>
        Read(contractId, body.ToJsonString(), minor);

    public static ContractReading Read(string contractId, string body, string minor = "0") =>
        ContractReader.Read(contractId, minor, Encoding.UTF8.GetBytes(body), ContractLimits.Default);

    private static int Index(Match part) => int.Parse(part.Value.Trim('[', ']'), CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\[\d+\]|[^.\[\]]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Part();
}
