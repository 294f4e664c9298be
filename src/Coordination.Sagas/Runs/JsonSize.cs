using System.Runtime.InteropServices;
using System.Text.Json;
using Coordination.Contracts;

namespace Coordination.Sagas.Runs;

internal static class JsonSize
{
    // Below this a few times more does not matter, and measuring would cost more than it protects.
    private const int Small = 24 * 1024;

    /// <summary>Bytes of UTF-8 text: as received when it is small, else as it will be sent (escapes can make it three times as long); 0 for an absent value.</summary>
    public static int Of(JsonElement? element)
    {
        if (element is not { ValueKind: not JsonValueKind.Undefined } value)
            return 0;
        var received = JsonMarshal.GetRawUtf8Value(value).Length;
        return received <= Small ? received : AsSent(value);
    }

    /// <summary>Bytes of UTF-8 text as it will be sent, however small; 0 for an absent value.</summary>
    public static int AsSent(JsonElement? element) =>
        element is { ValueKind: not JsonValueKind.Undefined } value
            ? JsonSerializer.SerializeToUtf8Bytes(value, ContractJson.Options).Length
            : 0;
}
