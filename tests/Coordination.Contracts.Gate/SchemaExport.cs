using System.Text.Json.Nodes;
using System.Text.Json.Schema;

namespace Coordination.Contracts.Gate;

/// <summary>The JSON Schema of a contract, from the type information that reads and writes it.</summary>
public static class SchemaExport
{
    private static readonly JsonSchemaExporterOptions Exporter = new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = (context, schema) => WithWidth(WithoutNull(schema), context.TypeInfo.Type),
    };

    public static JsonObject Of(ContractInfo contract)
    {
        var body = (JsonObject)ContractJson.Options.GetJsonSchemaAsNode(contract.Type, Exporter);
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$id"] = $"urn:coordination:{contract.Id}.{contract.Minor}",
            ["title"] = contract.Type.Name,
        };
        foreach (var (keyword, value) in body.ToList())
        {
            schema[keyword] = value?.DeepClone();
        }

        return schema;
    }

    /// <summary>An optional member is left out, never null: the reader refuses null, so the schema does.</summary>
    private static JsonNode WithoutNull(JsonNode schema)
    {
        if (schema is JsonObject { } node && node["type"] is JsonArray types)
        {
            var kept = types.Select(type => type!.GetValue<string>()).Where(type => type != "null").ToArray();
            node["type"] = kept.Length == 1 ? kept[0] : new JsonArray([.. kept.Select(type => (JsonNode)type)]);
        }

        return schema;
    }

    /// <summary>JSON Schema knows one kind of integer; a member that becomes narrower is a break all the same.</summary>
    private static JsonNode WithWidth(JsonNode schema, Type type)
    {
        var number = Nullable.GetUnderlyingType(type) ?? type;
        if (schema is JsonObject node && (number == typeof(int) || number == typeof(long)))
        {
            node["format"] = number == typeof(int) ? "int32" : "int64";
        }

        return schema;
    }
}
