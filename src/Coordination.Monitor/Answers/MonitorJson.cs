using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coordination.Monitor;

/// <summary>How the API writes and reads JSON, whatever the host it is mapped into does.</summary>
internal static class MonitorJson
{
    public static JsonSerializerOptions Options { get; } = Make(strict: false);

    /// <summary>For what people ask to be done: a member that is misspelled, doubled or null where there must be something is refused, never passed over.</summary>
    public static JsonSerializerOptions Requests { get; } = Make(strict: true);

    private static JsonSerializerOptions Make(bool strict)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            NumberHandling = JsonNumberHandling.Strict,
            // Answers are never part of a page: the text needs no escaping for HTML.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            MaxDepth = 64,
        };
        if (strict)
        {
            options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            options.AllowDuplicateProperties = false;
            options.RespectNullableAnnotations = true;
        }
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
