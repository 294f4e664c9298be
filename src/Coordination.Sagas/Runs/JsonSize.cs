using System.Runtime.InteropServices;
using System.Text.Json;

namespace Coordination.Sagas.Runs;

internal static class JsonSize
{
    /// <summary>Bytes of UTF-8 text as it was received; 0 for an absent value.</summary>
    public static int Of(JsonElement? element) =>
        element is { ValueKind: not JsonValueKind.Undefined } value ? JsonMarshal.GetRawUtf8Value(value).Length : 0;
}
