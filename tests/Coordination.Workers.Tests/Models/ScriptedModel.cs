using System.Collections.Concurrent;
using Microsoft.Extensions.AI;

namespace Coordination.Workers.Tests.Models;

/// <summary>A provider that answers by script and counts what it is sent.</summary>
internal sealed class ScriptedModel(int contextTokens = 8_000) : IChatClient
{
    private int turns;

    /// <summary>The answer of turn n, from 1, to a prompt.</summary>
    public Func<int, IList<ChatMessage>, ChatMessage> Answer { get; set; } = (_, _) => new ChatMessage(ChatRole.Assistant, "ok");

    public ConcurrentQueue<IList<ChatMessage>> Prompts { get; } = new();

    public long InputTokens => Prompts.Count * (long)contextTokens;

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var prompt = messages.ToList();
        Prompts.Enqueue(prompt);
        return Task.FromResult(
            new ChatResponse(Answer(Interlocked.Increment(ref turns), prompt))
            {
                ModelId = "scripted-1",
                Usage = new UsageDetails { InputTokenCount = contextTokens, OutputTokenCount = 10 },
            }
        );
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) => throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("scripted") : null;

    public void Dispose() { }

    /// <summary>A turn that calls a function.</summary>
    public static ChatMessage Calls(string function, string id, params (string Name, object Value)[] arguments) =>
        new(
            ChatRole.Assistant,
            [new FunctionCallContent(id, function, arguments.ToDictionary(a => a.Name, a => (object?)a.Value, StringComparer.Ordinal))]
        );
}
