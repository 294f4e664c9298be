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

    /// <summary>Values of an example at most: a schema that refers to itself many times would grow beyond all memory.</summary>
    private const int MostOfExample = 100;

    /// <summary>Where a value is not what the schema says.</summary>
    public static IReadOnlyList<BodyProblem> Problems(JsonElement schema, JsonElement value, string path)
    {
        try
        {
            return [.. Problems(schema, schema, value, path, 0).Take(50)];
        }
        catch (InvalidOperationException)
        {
            // An agent's schema may be anything, its texts no Unicode: what is no schema asks for nothing.
            return [];
        }
    }

    /// <summary>A value of this shape to begin with, as JSON; null: there is none.</summary>
    public static string? Example(JsonElement schema)
    {
        try
        {
            var left = MostOfExample;
            return Example(schema, schema, 0, ref left)?.ToJsonString();
        }
        catch (Exception broken) when (broken is InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private static IEnumerable<BodyProblem> Problems(JsonElement root, JsonElement schema, JsonElement value, string path, int depth)
    {
        if (schema.ValueKind == JsonValueKind.False)
            yield return Fault(path, "Nothing may be here.");
        schema = Resolved(root, schema);
        if (schema.ValueKind != JsonValueKind.Object || depth > Deepest)
            yield break;
        if (
            schema.TryGetProperty("enum", out var allowed)
            && Listed(allowed) is { Length: > 0 } words
            && !words.Any(word => IsSame(word, value))
        )
        {
            yield return Fault(path, $"It must be one of {string.Join(", ", words.Take(50).Select(one => one.GetRawText()))}.");
            yield break;
        }
        var types = Types(schema);
        if (types.Count > 0 && !types.Any(type => Is(value, type)))
        {
            yield return Fault(
                path,
                $"It must be {string.Join(" or ", types.Where(type => type != "null" || types.Count == 1).Select(Named))}; you gave {Named(Kind(value))}."
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
                var name in Listed(required)
                    .Where(name => name.ValueKind == JsonValueKind.String)
                    .Select(name => name.GetString()!)
                    .Where(name => !value.TryGetProperty(name, out _))
            )
                yield return Fault($"{path}.{name}", $"'{name}' is missing.");
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
                yield return Fault($"{path}.{member.Name}", $"'{member.Name}' is not known here{Known(known)}.");
            }
        }
    }

    private static JsonNode? Example(JsonElement root, JsonElement schema, int depth, ref int left)
    {
        schema = Resolved(root, schema);
        if (schema.ValueKind != JsonValueKind.Object || depth > 4 || left-- <= 0)
            return null;
        if (schema.TryGetProperty("enum", out var allowed))
            return Listed(allowed) is [var first, ..] ? JsonNode.Parse(first.GetRawText()) : null;
        switch (Types(schema).FirstOrDefault(type => type != "null"))
        {
            case "string":
                return schema.TryGetProperty("format", out var format) && format.ValueKind == JsonValueKind.String
                    ? format.GetString()
                    : "text";
            case "integer" or "number":
                return 0;
            case "boolean":
                return false;
            case "array":
                return new JsonArray(schema.TryGetProperty("items", out var items) ? Example(root, items, depth + 1, ref left) : null);
            case "object":
                var made = new JsonObject();
                if (schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object)
                {
                    foreach (var member in properties.EnumerateObject().Take(30))
                        made[member.Name] = Example(root, member.Value, depth + 1, ref left);
                }
                return made;
            default:
                return null;
        }
    }

    private static string Known(JsonElement members) =>
        members.ValueKind == JsonValueKind.Object
            ? $": there is {string.Join(", ", members.EnumerateObject().Take(20).Select(member => member.Name))}"
            : "";

    private static JsonElement[] Listed(JsonElement value) => value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [];

    /// <summary>The schema a local reference leads to.</summary>
    private static JsonElement Resolved(JsonElement root, JsonElement schema)
    {
        for (
            var hops = 0;
            hops < Deepest
                && schema.ValueKind == JsonValueKind.Object
                && schema.TryGetProperty("$ref", out var to)
                && to.ValueKind == JsonValueKind.String;
            hops++
        )
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
        !schema.TryGetProperty("type", out var type)
            ? []
            :
            [
                .. (type.ValueKind == JsonValueKind.Array ? Listed(type) : [type])
                    .Where(one => one.ValueKind == JsonValueKind.String)
                    .Select(one => one.GetString()!),
            ];

    // .NET reads the names of an enumeration whatever their case.
    private static bool IsSame(JsonElement word, JsonElement value) =>
        word.ValueKind == JsonValueKind.String && value.ValueKind == JsonValueKind.String
            ? string.Equals(word.GetString(), value.GetString(), StringComparison.OrdinalIgnoreCase)
            : JsonElement.DeepEquals(word, value);

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
