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
        var example = JsonShape.Example(Schema)!.ToJsonString();
        example.ShouldContain("\"lines\":[{\"text\":\"text\",\"count\":0}]");
        JsonShape.Problems(Schema, JsonSerializer.Deserialize<JsonElement>(example), "$").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("""{"$ref":"#/nowhere"}""")]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"oneOf":[{"type":"string"}]}""")]
    public void What_is_not_understood_allows_everything(string schema) =>
        JsonShape
            .Problems(JsonSerializer.Deserialize<JsonElement>(schema), JsonSerializer.Deserialize<JsonElement>("{\"a\":1}"), "$")
            .ShouldBeEmpty();
}
