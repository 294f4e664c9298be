using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coordination.Monitor;

/// <summary>
/// JSON Schema as .NET writes it for a type (<c>JsonSchemaExporter</c>): what is wrong with a value, and an example of one. What is not known of the language is taken
/// to allow everything: whoever asked looks at the answer again. Pure.
/// </summary>
internal static class JsonShape
{
    private const int Deepest = 20;

    /// <summary>Where a value is not what the schema says.</summary>
    public static IEnumerable<BodyProblem> Problems(JsonElement schema, JsonElement value, string path) =>
        Problems(schema, schema, value, path, 0);

    /// <summary>A value of this shape to begin with.</summary>
    public static JsonNode? Example(JsonElement schema) => Example(schema, schema, 0);

    private static IEnumerable<BodyProblem> Problems(JsonElement root, JsonElement schema, JsonElement value, string path, int depth)
    {
        if (schema.ValueKind == JsonValueKind.False)
            yield return Fault(path, "Nothing may be here.");
        schema = Resolved(root, schema);
        if (schema.ValueKind != JsonValueKind.Object || depth > Deepest)
            yield break;
        if (schema.TryGetProperty("enum", out var allowed) && !allowed.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)))
        {
            yield return Fault(path, $"It is one of {string.Join(", ", allowed.EnumerateArray().Select(one => one.GetRawText()))}.");
            yield break;
        }
        var types = Types(schema);
        if (types.Count > 0 && !types.Any(type => Is(value, type)))
        {
            yield return Fault(
                path,
                $"It is {string.Join(" or ", types.Where(type => type != "null" || types.Count == 1).Select(Named))}, not {Named(Kind(value))}."
            );
            yield break;
        }
        var deeper = value.ValueKind switch
        {
            JsonValueKind.Object => Members(root, schema, value, path, depth),
            JsonValueKind.Array when schema.TryGetProperty("items", out var items) => value
                .EnumerateArray()
                .Take(100)
                .SelectMany((one, i) => Problems(root, items, one, $"{path}[{i}]", depth + 1)),
            _ => [],
        };
        foreach (var problem in deeper)
            yield return problem;
    }

    private static IEnumerable<BodyProblem> Members(JsonElement root, JsonElement schema, JsonElement value, string path, int depth)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (
                var name in required.EnumerateArray().Select(name => name.GetString()!).Where(name => !value.TryGetProperty(name, out _))
            )
                yield return Fault($"{path}.{name}", $"{name} is missing.");
        }
        var known = schema.TryGetProperty("properties", out var properties) ? properties : default;
        var closed = schema.TryGetProperty("additionalProperties", out var others) && others.ValueKind == JsonValueKind.False;
        foreach (var member in value.EnumerateObject())
        {
            if (known.ValueKind == JsonValueKind.Object && known.TryGetProperty(member.Name, out var inner))
            {
                foreach (var problem in Problems(root, inner, member.Value, $"{path}.{member.Name}", depth + 1))
                    yield return problem;
            }
            else if (closed)
            {
                yield return Fault($"{path}.{member.Name}", $"There is no {member.Name} in it.");
            }
        }
    }

    private static JsonNode? Example(JsonElement root, JsonElement schema, int depth)
    {
        schema = Resolved(root, schema);
        if (schema.ValueKind != JsonValueKind.Object || depth > 4)
            return null;
        if (schema.TryGetProperty("enum", out var allowed))
            return JsonNode.Parse(allowed[0].GetRawText());
        return Types(schema).FirstOrDefault(type => type != "null") switch
        {
            "string" => schema.TryGetProperty("format", out var format) ? $"{format.GetString()}" : "text",
            "integer" or "number" => 0,
            "boolean" => false,
            "array" => new JsonArray(schema.TryGetProperty("items", out var items) ? Example(root, items, depth + 1) : null),
            "object" => new JsonObject(
                schema.TryGetProperty("properties", out var properties)
                    ? properties
                        .EnumerateObject()
                        .Take(30)
                        .Select(member => KeyValuePair.Create(member.Name, Example(root, member.Value, depth + 1)))
                    : []
            ),
            _ => null,
        };
    }

    /// <summary>The schema a local reference leads to.</summary>
    private static JsonElement Resolved(JsonElement root, JsonElement schema)
    {
        for (var hops = 0; hops < Deepest && schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("$ref", out var to); hops++)
        {
            var at = root;
            foreach (var part in (to.GetString() ?? "").TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(part.Replace("~1", "/").Replace("~0", "~"), out at))
                    return default;
            }
            schema = at;
        }
        return schema;
    }

    private static List<string> Types(JsonElement schema) =>
        !schema.TryGetProperty("type", out var type) ? []
        : type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Select(one => one.GetString()!)]
        : [type.GetString()!];

    private static bool Is(JsonElement value, string type) =>
        Kind(value) is var kind && (kind == type || (type == "number" && kind == "integer"));

    private static string Kind(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => value.TryGetDecimal(out var number) && number == decimal.Truncate(number) ? "integer" : "number",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            _ => "null",
        };

    private static string Named(string type) =>
        type switch
        {
            "object" => "an object",
            "array" => "a list",
            "string" => "a text",
            "integer" => "a whole number",
            "number" => "a number",
            "boolean" => "true or false",
            _ => "nothing (null)",
        };

    private static BodyProblem Fault(string path, string message) => new("NOT_OF_ITS_SHAPE", path, message);
}
