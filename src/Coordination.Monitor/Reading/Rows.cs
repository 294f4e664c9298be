using System.Data.Common;
using System.Text.Json;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>Reads columns that may be null.</summary>
internal static class Rows
{
    public static string? Text(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static int? Int(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);

    public static long? Long(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    public static DateTimeOffset? Time(this SqlDialect sql, DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : sql.ReadTime(row, column);

    public static Guid? Id(this SqlDialect sql, DbDataReader row, int column) => row.IsDBNull(column) ? null : sql.ReadGuid(row, column);

    /// <summary>A JSON text; null when there is none.</summary>
    public static JsonElement? Json(this DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : JsonSerializer.Deserialize<JsonElement>(row.GetString(column));

    /// <summary>A JSON array of texts; empty when there is none.</summary>
    public static IReadOnlyList<string> Texts(this DbDataReader row, int column) =>
        row.IsDBNull(column) ? [] : JsonSerializer.Deserialize<List<string>>(row.GetString(column)) ?? [];
}
