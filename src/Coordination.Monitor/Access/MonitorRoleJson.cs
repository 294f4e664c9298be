using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coordination.Monitor;

internal sealed class MonitorRoleJson : JsonConverter<MonitorRole>
{
    public override MonitorRole Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        MonitorRoles.Parse(reader.GetString() ?? "") ?? throw new JsonException("There is no such role.");

    public override void Write(Utf8JsonWriter writer, MonitorRole value, JsonSerializerOptions options) =>
        writer.WriteStringValue(MonitorRoles.NameOf(value));
}
