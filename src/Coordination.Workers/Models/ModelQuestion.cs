using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Coordination.Workers;

/// <summary>
/// A question to a model whose answer must be of a type. That the call came back says nothing about the answer: it gets a verdict of its own, by schema and by the agent's check.
/// One repair prompt at most; an answer that is refused twice is QUALITY_REJECTED and never asked for again unchanged.
/// </summary>
internal static class ModelQuestion
{
    public static async Task<T> AskAsync<T>(
        EffectSession session,
        IChatClient client,
        IList<ChatMessage> messages,
        ChatOptions? options,
        Func<T, string?>? check,
        CancellationToken cancellationToken
    )
    {
        var schema = JsonSerializer.SerializeToElement(AgentJson.SchemaOf<T>());
        options = options?.Clone() ?? new ChatOptions();
        options.ResponseFormat = ChatResponseFormat.ForJsonSchema(schema, typeof(T).Name);
        var prompt = new List<ChatMessage>(messages);
        for (var repaired = false; ; repaired = true)
        {
            var response = await client.GetResponseAsync(prompt, options, cancellationToken);
            if (Read(response.Text, check, out var value) is not { } problem)
            {
                session.Judged(response.Usage, problem: null);
                return value!;
            }

            session.Judged(response.Usage, problem);
            if (repaired)
            {
                throw session.QualityRejected(problem);
            }

            prompt.AddRange(response.Messages);
            prompt.Add(
                new ChatMessage(
                    ChatRole.User,
                    $"This answer was refused: {problem} Answer again, with nothing but JSON of the given schema."
                )
            );
        }
    }

    private static string? Read<T>(string text, Func<T, string?>? check, out T? value)
    {
        value = default;
        JsonElement json;
        try
        {
            json = JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException)
        {
            return "It is not JSON.";
        }

        return !AgentJson.TryRead(json, "answer", out value, out var problem) ? problem!.Message
            : check?.Invoke(value!) is { } refused ? Text.Bounded(refused, 500)
            : null;
    }
}
