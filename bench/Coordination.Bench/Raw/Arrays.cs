using Npgsql;
using NpgsqlTypes;

namespace Coordination.Bench.Raw;

internal static class Arrays
{
    /// <summary>A typed array parameter; it starts empty because a statement is prepared with its values' types.</summary>
    public static NpgsqlParameter<T[]> Of<T>(NpgsqlDbType element) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | element, TypedValue = [] };
}
