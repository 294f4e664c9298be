using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Coordination.Monitor.Tests.Acting;
using Coordination.Testing;

namespace Coordination.Monitor.Tests.Access;

/// <summary>The OpenAPI document is committed, and the page's own types name the same members.</summary>
public sealed partial class The_description_of_the_api
{
    private static readonly JsonSerializerOptions Laid = new() { WriteIndented = true };

    [Fact]
    public async Task It_is_the_one_that_was_read()
    {
        var document = await DocumentAsync();
        SnapshotFile.ShouldMatch(document.ToJsonString(Laid), "../../../docs/reference/monitor-openapi.json");
    }

    [Fact]
    public async Task The_pages_types_have_the_members_of_the_api()
    {
        var document = await DocumentAsync();
        var schemas = document["components"]!["schemas"]!.AsObject();
        var types = await TypesAsync();
        var (compared, differences) = (0, new List<string>());
        foreach (var (name, members) in types)
        {
            if (schemas[name]?["properties"] is not JsonObject properties)
                continue;
            compared++;
            var served = properties.Select(property => property.Key).ToHashSet(StringComparer.Ordinal);
            foreach (var member in members.Where(member => !served.Contains(member)))
                differences.Add($"{name}.{member} is not in the API");
            foreach (var member in served.Where(member => !members.Contains(member)))
                differences.Add($"{name}.{member} is not in types.ts");
        }
        differences.ShouldBeEmpty();
        compared.ShouldBeGreaterThan(50);
    }

    private static async Task<JsonNode> DocumentAsync()
    {
        await using var host = await ActingHost.StartAsync();
        using var ann = host.As("ann", "viewer");
        var text = await ann.GetStringAsync(
            new Uri("openapi/coordination-v1.json", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        return JsonNode.Parse(text)!;
    }

    private static async Task<Dictionary<string, HashSet<string>>> TypesAsync(
        [System.Runtime.CompilerServices.CallerFilePath] string here = ""
    )
    {
        var file = Path.Combine(Path.GetDirectoryName(here)!, "../../../src/Coordination.Monitor/web/src/api/types.ts");
        var text = Comment().Replace(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), "");
        return Interface()
            .Matches(text)
            .ToDictionary(
                match => match.Groups["name"].Value,
                match =>
                    Member()
                        .Matches(Inner().Replace(match.Groups["members"].Value, "x"))
                        .Select(member => member.Groups["name"].Value)
                        .ToHashSet(StringComparer.Ordinal),
                StringComparer.Ordinal
            );
    }

    [GeneratedRegex(@"/\*.*?\*/|//[^\n]*", RegexOptions.Singleline, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Comment();

    [GeneratedRegex(
        @"export interface (?<name>\w+) \{(?<members>(?:[^{}]|\{[^{}]*\})*)\}",
        RegexOptions.Singleline,
        matchTimeoutMilliseconds: 5_000
    )]
    private static partial Regex Interface();

    [GeneratedRegex(@"\{[^{}]*\}|<[^<>]*>", RegexOptions.Singleline, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Inner();

    [GeneratedRegex(@"(?:^|[,\n{;])\s*(?<name>\w+)\??:", RegexOptions.Singleline, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Member();
}
