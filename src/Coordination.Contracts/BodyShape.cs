using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Coordination.Contracts;

/// <summary>What JSON a contract type takes, derived from the same type information the serializer uses.</summary>
internal sealed class BodyShape
{
    private static readonly ConcurrentDictionary<Type, BodyShape> Known = new();

    private BodyShape(ShapeKind kind) => Kind = kind;

    public ShapeKind Kind { get; }

    /// <summary>Members of an object, by wire name.</summary>
    public Dictionary<string, Member> Members { get; } = new(StringComparer.Ordinal);

    /// <summary>What a list or map holds.</summary>
    public BodyShape? Element { get; private set; }

    /// <summary>The shape of a type that <see cref="ContractJson"/> knows.</summary>
    public static BodyShape Of(Type type) => Known.TryGetValue(type, out var shape) ? shape : Known.GetOrAdd(type, Build(type));

    private static BodyShape Build(Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (Scalar(type) is { } scalar)
        {
            return new BodyShape(scalar);
        }

        var info = ContractJson.Options.GetTypeInfo(type);
        var shape = new BodyShape(
            info.Kind switch
            {
                JsonTypeInfoKind.Object => ShapeKind.Object,
                JsonTypeInfoKind.Enumerable => ShapeKind.List,
                JsonTypeInfoKind.Dictionary => ShapeKind.Map,
                _ => throw new NotSupportedException($"{type} has no place in a contract."),
            }
        );
        shape.Element = shape.Kind == ShapeKind.Object ? null : Of(info.ElementType!);
        foreach (var property in info.Properties)
        {
            shape.Members[property.Name] = new Member(Of(property.PropertyType), property.IsRequired);
        }

        return shape;
    }

    private static ShapeKind? Scalar(Type type) =>
        type == typeof(string) ? ShapeKind.Text
        : type == typeof(Guid) ? ShapeKind.Id
        : type == typeof(int) ? ShapeKind.Int32
        : type == typeof(long) ? ShapeKind.Int64
        : type == typeof(double) ? ShapeKind.Number
        : type == typeof(bool) ? ShapeKind.Flag
        : type == typeof(JsonElement) ? ShapeKind.Free
        : null;

    internal sealed record Member(BodyShape Shape, bool Required);
}

internal enum ShapeKind
{
    Object,
    List,
    Map,
    Text,
    Id,
    Int32,
    Int64,
    Flag,

    /// <summary>A number within the range of a double.</summary>
    Number,

    /// <summary>Any JSON: an agent's own data.</summary>
    Free,
}
