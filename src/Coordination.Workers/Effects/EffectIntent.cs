using System.Security.Cryptography;
using System.Text.Json;
using Coordination.Persistence;

namespace Coordination.Workers;

/// <summary>
/// One effect an agent wants: which tool, with which arguments, under which key. The key is
/// <c>base32(sha256(tenant | run | step | tool@major | scope...))</c>; attempt, message, time and every argument outside the scope are not in it, so whoever
/// asks again for the same effect gets the same key.
/// </summary>
internal sealed record EffectIntent
{
    public required EffectTool Tool { get; init; }
    public required string Key { get; init; }

    /// <summary>Canonical JSON.</summary>
    public required byte[] Args { get; init; }

    /// <summary>SHA-256 of <see cref="Args"/> in hex: the same key with another hash is a conflict.</summary>
    public required string ArgsHash { get; init; }

    /// <summary>The scope's values for a person to read, canonical.</summary>
    public string ScopeText { get; init; } = "";

    /// <summary>Identifies the business effect across runs; null without <see cref="EffectTool.OncePer"/>.</summary>
    public string? Guard { get; init; }

    /// <summary>The decision that is to allow it; null where the agent has none.</summary>
    public DecisionToken? Decision { get; init; }

    /// <summary>Whether an intent is written before the call; reads cost nobody anything and have none.</summary>
    public bool IsAnnounced { get; init; } = true;

    /// <summary>Whether the effect has a row of its own that keeps two processes from doing it both; reads and model calls have none.</summary>
    public bool IsKept { get; init; } = true;

    /// <exception cref="ArgumentException">The arguments lack a member of the scope, or the tool's declaration is not valid.</exception>
    public static EffectIntent Of(EffectTool tool, object? args, string tenant, Guid runId, string step, DecisionToken? decision = null)
    {
        tool = tool.Checked();
        if (decision is not null && tool.Class == EffectClass.Pure)
        {
            throw new ArgumentException($"Effect tool '{tool.Name}' only reads: it needs no decision.", nameof(decision));
        }

        var json = args is JsonElement element ? element : JsonSerializer.SerializeToElement(args, AgentJson.Options);
        var scope = tool.Scope.Select(path => Member(tool, json, path)).ToArray();
        var canonical = CanonicalJson.Of(json);
        return new EffectIntent
        {
            Tool = tool,
            Args = canonical,
            ArgsHash = Convert.ToHexStringLower(SHA256.HashData(canonical)),
            Key = EffectKey.Of(tenant, runId, step, tool.Id, scope),
            ScopeText = string.Join(", ", tool.Scope.Zip(scope, (path, value) => $"{path}={value}")),
            Guard = tool.OncePer is null ? null : EffectKey.Of(tenant, Guid.Empty, "", tool.Id, scope),
            Decision = decision,
            IsKept = tool.Class != EffectClass.Pure,
            IsAnnounced = tool.Class != EffectClass.Pure,
        };
    }

    private static string Member(EffectTool tool, JsonElement json, string path)
    {
        var at = json;
        foreach (var name in path.Split('.'))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at) || at.ValueKind == JsonValueKind.Null)
            {
                throw new ArgumentException(
                    $"Effect tool '{tool.Name}': the arguments have no '{path}', which its scope names; JSON names are camelCase. Without it two effects could not be told apart.",
                    nameof(json)
                );
            }
        }

        return System.Text.Encoding.UTF8.GetString(CanonicalJson.Of(at));
    }
}
