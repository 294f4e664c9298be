using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Coordination.Persistence;

/// <summary>Turns statement parameters into what SQLite stores: times as microseconds, Guids as upper-case text, arrays as JSON.</summary>
internal static class SqliteBinding
{
    public static void Bind(this Statement statement, SqliteCommand command)
    {
        command.Parameters.Clear();
        foreach (var parameter in statement.Parameters)
        {
            command.Parameters.Add(new SqliteParameter("@" + parameter.Name, ToStored(parameter)));
        }
    }

    private static object ToStored(StatementParameter parameter) =>
        parameter.Value switch
        {
            null => DBNull.Value,
            DateTimeOffset time => MicrosecondsConverter.ToMicroseconds(time),
            byte[] bytes => bytes,
            Guid[] guids => "[" + string.Join(',', guids.Select(guid => $"\"{guid.ToString().ToUpperInvariant()}\"")) + "]",
            long[] numbers => "[" + string.Join(',', numbers) + "]",
            string[] texts => JsonSerializer.Serialize(texts, SqliteJson.Default.StringArray),
            Array => throw new ArgumentException($"@{parameter.Name}: only long[], Guid[] and string[] can be stored.", nameof(parameter)),
            var value => value,
        };
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
internal sealed partial class SqliteJson : System.Text.Json.Serialization.JsonSerializerContext;
