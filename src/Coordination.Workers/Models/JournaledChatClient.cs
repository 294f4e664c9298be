using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coordination.Persistence;
using Microsoft.Extensions.AI;

namespace Coordination.Workers;

/// <summary>
/// A model whose answers are outcomes: asked once, read from the journal by every later attempt. A prompt is known by its hash and, where one step asks the same
/// thing several times, by the place in the order. Sits inside function invocation, so that each turn is a record of its own.
/// </summary>
internal sealed class JournaledChatClient(IChatClient inner, EffectSession session, ModelPrice? price) : DelegatingChatClient(inner)
{
    private static readonly JsonSerializerOptions Json = AIJsonUtilities.DefaultOptions;

    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var prompt = messages as IList<ChatMessage> ?? [.. messages];
        var hash = Convert.ToHexStringLower(SHA256.HashData(Canonical(prompt, options)));
        session.ThrowIfWasteful();
        try
        {
            var answer = await session.PerformAsync(
                session.ModelIntent(hash, Backend),
                async (_, token) =>
                {
                    using var either = CancellationTokenSource.CreateLinkedTokenSource(token, cancellationToken);
                    var response = await base.GetResponseAsync(prompt, options, either.Token);
                    return JsonSerializer.SerializeToElement(response, Json);
                },
                probe: null,
                new CallNotes<JsonElement>(Note)
            );
            return answer.Deserialize<ChatResponse>(Json)!;
        }
        catch
        {
            session.Unanswered(hash);
            throw;
        }
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        // Half an answer is no outcome: it is asked for as a whole and handed on in parts.
        var response = await GetResponseAsync(messages, options, cancellationToken);
        foreach (var update in response.ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    private string Backend =>
        InnerClient.GetService<ChatClientMetadata>() is { } known
            ? $"model:{known.ProviderName ?? known.DefaultModelId ?? "unknown"}"
            : "model";

    private JournalRecord Note(JsonElement answer, JournalRecord record)
    {
        var response = answer.Deserialize<ChatResponse>(Json)!;
        var (input, output) = (response.Usage?.InputTokenCount ?? 0, response.Usage?.OutputTokenCount ?? 0);
        return record with
        {
            Model = Text.Bounded(response.ModelId ?? "", 100),
            InputTokens = input,
            OutputTokens = output,
            CostMicroUsd = price?.Of(input, output),
        };
    }

    /// <summary>Everything of a prompt that changes its answer.</summary>
    private static byte[] Canonical(IList<ChatMessage> prompt, ChatOptions? options)
    {
        var messages = JsonSerializer.SerializeToNode(prompt, Json)!.AsArray();
        foreach (var message in messages.OfType<JsonObject>())
        {
            // Given anew by clients, without a meaning for the model.
            message.Remove("createdAt");
            message.Remove("messageId");
        }

        var whole = new JsonObject
        {
            ["messages"] = messages,
            ["model"] = options?.ModelId,
            ["instructions"] = options?.Instructions,
            ["temperature"] = options?.Temperature,
            ["seed"] = options?.Seed,
            ["format"] = options?.ResponseFormat is { } format ? JsonSerializer.SerializeToNode(format, Json) : null,
            ["tools"] = options?.Tools is { } tools ? new JsonArray([.. tools.Select(tool => (JsonNode?)tool.Name)]) : null,
        };
        return CanonicalJson.Of(JsonSerializer.SerializeToElement(whole));
    }
}
