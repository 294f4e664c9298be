using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Persistence;

/// <summary>Identity of what voters are asked: equal for all voters of a round, and another one for every other question.</summary>
public static class QuestionHash
{
    /// <summary>SHA-256 of the canonical JSON of the request without <c>voter</c> and <c>timeoutMs</c>, in hexadecimal digits.</summary>
    public static string Of(RequestVote request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var members = JsonNode.Parse(ContractJson.Serialize(request))!.AsObject();
        members.Remove("voter");
        members.Remove("timeoutMs");
        return Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Of(members.Deserialize<JsonElement>())));
    }
}
