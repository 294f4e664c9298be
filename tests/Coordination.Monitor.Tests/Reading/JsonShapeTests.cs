using System.Text.Json;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;

namespace Coordination.Monitor.Tests.Reading;

/// <summary>What .NET's own schemas say of a value, and an example of one.</summary>
public sealed class JsonShapeTests
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private enum Kind
    {
        Full,
        Partial,
    }

    private sealed record Line(string Text, int Count);

    private sealed record Receipt(string Id, decimal Amount, Kind Kind, IReadOnlyList<Line> Lines, string? Note = null);

    [Fact]
    public void A_schema_that_refers_to_itself_many_times_stays_small()
    {
        var members = string.Join(',', Enumerable.Range(0, 30).Select(i => $"\"a{i}\":{{\"$ref\":\"#\"}}"));
        var schema = JsonSerializer.Deserialize<JsonElement>($"{{\"type\":\"object\",\"properties\":{{{members}}}}}");
        JsonShape.Example(schema)!.Length.ShouldBeLessThan(100_000);
    }

    [Theory]
    [InlineData("""{"type":"string","format":1}""", "\"text\"")]
    [InlineData("""{"enum":[]}""", null)]
    [InlineData("""{"enum":["\ud800"]}""", null)]
    [InlineData("""{"type":"object","properties":[1]}""", "{}")]
    public void What_is_no_schema_has_the_example_it_can_have(string schema, string? example) =>
        JsonShape.Example(JsonSerializer.Deserialize<JsonElement>(schema)).ShouldBe(example);

    [Fact]
    public void A_name_of_an_enumeration_is_read_whatever_its_case() =>
        JsonShape
            .Problems(Schema, JsonSerializer.Deserialize<JsonElement>("""{"id":"r","amount":1,"kind":"FULL","lines":[]}"""), "$")
            .ShouldBeEmpty();

    private static readonly JsonElement Schema = JsonSerializer.SerializeToElement(Options.GetJsonSchemaAsNode(typeof(Receipt)));

    [Theory]
    [InlineData("""{"id":"r","amount":1.5,"kind":"full","lines":[{"text":"a","count":1}]}""", null)]
    [InlineData("""{"id":"r","amount":2,"kind":"full","lines":[],"note":null}""", null)]
    [InlineData("\"r-17\"", "$")]
    [InlineData("""{"amount":1,"kind":"full","lines":[]}""", "$.id")]
    [InlineData("""{"id":7,"amount":1,"kind":"full","lines":[]}""", "$.id")]
    [InlineData("""{"id":"r","amount":1,"kind":"some","lines":[]}""", "$.kind")]
    [InlineData("""{"id":"r","amount":1,"kind":"full","lines":[{"text":"a","count":1.5}]}""", "$.lines[0].count")]
    [InlineData("""{"id":"r","amount":1,"kind":"full","lines":[],"more":1}""", "$.more")]
    public void A_value_that_is_not_of_its_shape_is_named_where_it_is_not(string value, string? at)
    {
        var problems = JsonShape.Problems(Schema, JsonSerializer.Deserialize<JsonElement>(value), "$").ToList();
        problems.FirstOrDefault()?.Path.ShouldBe(at);
        (problems.Count == 0).ShouldBe(at is null);
    }

    [Fact]
    public void An_example_is_of_its_shape()
    {
        var example = JsonShape.Example(Schema)!;
        example.ShouldContain("\"lines\":[{\"text\":\"text\",\"count\":0}]");
        JsonShape.Problems(Schema, JsonSerializer.Deserialize<JsonElement>(example), "$").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("""{"$ref":"#/nowhere"}""")]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"oneOf":[{"type":"string"}]}""")]
    [InlineData("""{"enum":"x"}""")]
    [InlineData("""{"enum":[]}""")]
    [InlineData("""{"type":3}""")]
    [InlineData("""{"type":[3]}""")]
    [InlineData("""{"$ref":1}""")]
    [InlineData("""{"properties":[1],"required":[1]}""")]
    [InlineData("""{"required":"a","items":1}""")]
    [InlineData("""{"type":"\ud800"}""")]
    public void What_is_not_understood_allows_everything(string schema) =>
        JsonShape
            .Problems(JsonSerializer.Deserialize<JsonElement>(schema), JsonSerializer.Deserialize<JsonElement>("{\"a\":1}"), "$")
            .ShouldBeEmpty();
}
