using System.Text.Json.Nodes;

namespace Coordination.Contracts.Gate;

/// <summary>One difference between two versions of a schema.</summary>
/// <param name="Breaks">Whether messages of one version can be refused or misread by the other.</param>
/// <param name="Path">The member, for example <c>plan.steps[].agentType</c>.</param>
/// <param name="Rule">What changed.</param>
public sealed record SchemaDifference(bool Breaks, string Path, string Rule);

/// <summary>
/// Compares two schemas of one contract. Only a new optional member and a new value of an enumeration are additive; whatever the comparison
/// does not understand counts as a break, so that a new kind of change has to be thought about.
/// </summary>
public static class SchemaDiff
{
    private static readonly HashSet<string> NotCompared = new(StringComparer.Ordinal)
    {
        "$schema",
        "$id",
        "title",
        "description",
        // Compared member by member.
        "properties",
        "required",
        "items",
        "additionalProperties",
        "enum",
    };

    public static IReadOnlyList<SchemaDifference> Compare(JsonNode published, JsonNode current)
    {
        var found = new List<SchemaDifference>();
        Compare("", published, current, found);
        return found;
    }

    private static void Compare(string path, JsonNode? published, JsonNode? current, List<SchemaDifference> found)
    {
        if (published is not JsonObject was || current is not JsonObject now)
        {
            if (!JsonNode.DeepEquals(published, current))
            {
                found.Add(new(true, Named(path), $"takes other values: was {Text(published)}, is {Text(current)}"));
            }

            return;
        }

        foreach (var keyword in was.Select(pair => pair.Key).Union(now.Select(pair => pair.Key)).Where(key => !NotCompared.Contains(key)))
        {
            if (!JsonNode.DeepEquals(was[keyword], now[keyword]))
            {
                found.Add(new(true, Named(path), $"has another {keyword}: was {Text(was[keyword])}, is {Text(now[keyword])}"));
            }
        }

        Members(path, was, now, found);
        Values(path, was, now, found);
        Nested(path + "[]", was, now, "items", found);
        Nested(path + ".*", was, now, "additionalProperties", found);
    }

    private static void Members(string path, JsonObject was, JsonObject now, List<SchemaDifference> found)
    {
        var (old, fresh) = (was["properties"] as JsonObject ?? [], now["properties"] as JsonObject ?? []);
        var (wasRequired, isRequired) = (Strings(was["required"]), Strings(now["required"]));
        foreach (var (name, schema) in old)
        {
            var member = path.Length == 0 ? name : $"{path}.{name}";
            if (!fresh.TryGetPropertyValue(name, out var next))
            {
                found.Add(new(true, member, "was removed or renamed"));
                continue;
            }

            if (wasRequired.Contains(name) != isRequired.Contains(name))
            {
                found.Add(new(true, member, isRequired.Contains(name) ? "became required" : "is no longer required"));
            }

            Compare(member, schema, next, found);
        }

        foreach (var name in fresh.Select(pair => pair.Key).Where(name => !old.ContainsKey(name)))
        {
            var member = path.Length == 0 ? name : $"{path}.{name}";
            found.Add(
                isRequired.Contains(name) ? new(true, member, "is a new required member") : new(false, member, "is a new optional member")
            );
        }
    }

    private static void Values(string path, JsonObject was, JsonObject now, List<SchemaDifference> found)
    {
        if (was["enum"] is null && now["enum"] is null)
        {
            return;
        }

        var (old, fresh) = (Strings(was["enum"]), Strings(now["enum"]));
        if (was["enum"] is null || old.Except(fresh).Any())
        {
            found.Add(new(true, Named(path), $"takes fewer values: was {Text(was["enum"])}, is {Text(now["enum"])}"));
        }
        else if (now["enum"] is null || fresh.Except(old).Any())
        {
            found.Add(new(false, Named(path), "takes more values"));
        }
    }

    private static void Nested(string path, JsonObject was, JsonObject now, string keyword, List<SchemaDifference> found)
    {
        if (was.ContainsKey(keyword) || now.ContainsKey(keyword))
        {
            Compare(path, was[keyword], now[keyword], found);
        }
    }

    private static HashSet<string> Strings(JsonNode? list) =>
        list is JsonArray items ? [.. items.Select(item => item?.ToJsonString() is { } text ? text.Trim('"') : "null")] : [];

    private static string Named(string path) => path.Length == 0 ? "body" : path.TrimStart('.');

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "nothing";
}
