using System.Text.Json.Nodes;
using Coordination.Contracts.Gate;

namespace Coordination.Contracts.Tests;

public sealed class GateTests
{
    private const string Old = """
        {"type":"object","properties":{
          "id":{"type":"string","format":"uuid"},
          "count":{"type":"integer","format":"int64"},
          "kind":{"enum":["a","b"]},
          "lines":{"type":"array","items":{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}},
          "marks":{"type":"object","additionalProperties":{"type":"string"}},
          "free":true
        },"required":["id","count"]}
        """;

    public static TheoryData<string, string, string, string> Breaks =>
        new()
        {
            { "count", "number", "count was removed or renamed", "number" },
            { "\"text\":{", "\"words\":{", "lines[].text was removed or renamed", "" },
            { "\"integer\",\"format\":\"int64\"", "\"string\"", "count has another type: was \"integer\", is \"string\"", "" },
            { "int64", "int32", "count has another format: was \"int64\", is \"int32\"", "" },
            { "\"uuid\"", "\"date-time\"", "id has another format", "" },
            { "\"required\":[\"id\",\"count\"]", "\"required\":[\"id\",\"count\",\"kind\"]", "kind became required", "" },
            { "\"required\":[\"id\",\"count\"]", "\"required\":[\"id\"]", "count is no longer required", "" },
            { "\"required\":[\"text\"]", "\"required\":[]", "lines[].text is no longer required", "" },
            { "\"free\":true", "\"free\":true,\"owner\":{\"type\":\"string\"}", "owner is a new required member", "owner" },
            { "[\"a\",\"b\"]", "[\"a\"]", "kind takes fewer values", "" },
            { "\"free\":true", "\"free\":{\"type\":\"object\"}", "free takes other values", "" },
            {
                "\"additionalProperties\":{\"type\":\"string\"}",
                "\"additionalProperties\":{\"type\":\"integer\"}",
                "marks.* has another type",
                ""
            },
            { "\"type\":\"array\"", "\"type\":\"array\",\"maxItems\":3", "lines has another maxItems: was nothing, is 3", "" },
        };

    [Theory, MemberData(nameof(Breaks))]
    [Trait("req", "CTR-10")]
    public void A_break_is_an_error_that_names_contract_member_and_rule(string was, string now, string rule, string alsoRequired)
    {
        var next = JsonNode.Parse(Old.Replace(was, now))!;
        if (alsoRequired.Length > 0 && !next["required"]!.AsArray().Any(name => (string)name! == alsoRequired))
        {
            next["required"]!.AsArray().Add(alsoRequired);
        }

        foreach (var minor in new[] { 3, 4 })
        {
            Check(next, minor).ShouldContain(error => error.StartsWith("order.place.v1: " + rule) && error.Contains("breaks minor 3"));
        }
    }

    [Theory]
    [InlineData("\"free\":true", "\"free\":true,\"note\":{\"type\":\"string\"}", "note is a new optional member")]
    [InlineData("[\"a\",\"b\"]", "[\"a\",\"b\",\"c\"]", "kind takes more values")]
    [InlineData("\"text\":{", "\"size\":{\"type\":\"integer\"},\"text\":{", "lines[].size is a new optional member")]
    [Trait("req", "CTR-10")]
    public void An_addition_needs_a_higher_minor_version_and_its_schema(string was, string now, string rule)
    {
        var next = JsonNode.Parse(Old.Replace(was, now))!;

        Check(next, 3).ShouldHaveSingleItem().ShouldBe($"order.place.v1: {rule}, but the minor version is still 3. Raise it to 4.");
        Check(next, 4).ShouldHaveSingleItem().ShouldContain("minor version 4 has no published schema");
    }

    [Fact]
    [Trait("req", "CTR-10")]
    public void Contracts_may_neither_vanish_nor_appear_nor_go_back_unnoticed()
    {
        var old = JsonNode.Parse(Old)!;
        Check(old, 3).ShouldBeEmpty();
        Check(old, 2).ShouldHaveSingleItem().ShouldContain("older than the published 3");
        ContractGate
            .Check([], [new PublishedSchema("order.place.v1", 3, old)])
            .ShouldHaveSingleItem()
            .ShouldContain("no longer in ContractCatalog");
        ContractGate
            .Check([new CurrentContract("order.place.v1", 0, old)], [])
            .ShouldHaveSingleItem()
            .ShouldContain("has no published schema");
    }

    [Fact]
    [Trait("req", "CTR-10")]
    public void The_contracts_of_this_build_keep_what_was_published()
    {
        var published = new PublishedContracts(Repository.Path("src/Coordination.Contracts"));
        var current = ContractCatalog
            .All.Select(contract => new CurrentContract(contract.Id, contract.Minor, SchemaExport.Of(contract)))
            .ToList();

        ContractGate.Check(current, published.Schemas()).ShouldBeEmpty();
        published.Schemas().Count.ShouldBeGreaterThanOrEqualTo(ContractCatalog.All.Count);
    }

    [Fact]
    [Trait("req", "CTR-10")]
    public void The_samples_of_every_published_version_are_still_read()
    {
        var samples = new PublishedContracts(Repository.Path("src/Coordination.Contracts")).Samples();

        SampleCheck.Check(ContractCatalog.All, samples).ShouldBeEmpty();
        samples.Count.ShouldBeGreaterThanOrEqualTo(2 * ContractCatalog.All.Count);
    }

    [Fact]
    [Trait("req", "CTR-10")]
    public void A_sample_that_is_refused_or_not_there_is_an_error()
    {
        var contract = ContractCatalog.Find("step.progress.v1")!;
        var body = Bodies.Full(contract.Id);
        body.Remove("stepId");

        SampleCheck
            .Check([contract], [new PublishedSample(contract.Id, 0, "full", body)])
            .ShouldBe([
                "step.progress.v1: there is no minimal sample of minor version 0 in Samples.",
                "step.progress.v1: the full sample of minor version 0 is refused: stepId is missing: a required member is never defaulted.",
            ]);
    }

    private static IReadOnlyList<string> Check(JsonNode current, int minor) =>
        ContractGate.Check(
            [new CurrentContract("order.place.v1", minor, current)],
            [new PublishedSchema("order.place.v1", 2, new JsonObject()), new PublishedSchema("order.place.v1", 3, JsonNode.Parse(Old)!)]
        );
}
