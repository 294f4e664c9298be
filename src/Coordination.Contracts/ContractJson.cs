using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coordination.Contracts;

/// <summary>How messages look as JSON: camelCase, compact, UTF-8, optional members left out when they have no value.</summary>
public static class ContractJson
{
    /// <summary>
    /// The one set of JSON options, read-only. It knows the messages, <see cref="V1.RunPlan"/>, <see cref="V1.Problem"/>,
    /// <see cref="Envelope"/>, JSON elements and the collections of these. Members it does not know are skipped: whether they may be there is
    /// decided by <see cref="ContractReader"/>, which knows the sender's version.
    /// </summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>The body of a message. Not checked: the receiver's <see cref="ContractReader"/> does that.</summary>
    public static byte[] Serialize<T>(T message)
        where T : notnull => Serialize(message, message.GetType());

    /// <summary>The body of a message of the given type.</summary>
    public static byte[] Serialize(object message, Type type) => JsonSerializer.SerializeToUtf8Bytes(message, Options.GetTypeInfo(type));

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            TypeInfoResolver = ContractJsonContext.Default,
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            AllowDuplicateProperties = false,
            // jsonb hands members back in its own order.
            AllowOutOfOrderMetadataProperties = true,
            // Bodies are never pasted into HTML; escaping every non-ASCII character would cost up to six times the bytes.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.MakeReadOnly();
        return options;
    }
}
