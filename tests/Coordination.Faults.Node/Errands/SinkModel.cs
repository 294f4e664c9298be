using System.Globalization;
using Coordination.Faults.Node.Matrix;
using Coordination.Workers;
using Microsoft.Extensions.AI;

namespace Coordination.Faults.Node.Errands;

/// <summary>A model that lives in the sink: each question is counted there, told apart by its text, and costs a receipt, asked again or not.</summary>
internal sealed class SinkModel(SinkClient sink, AgentContext context) : IChatClient
{
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var question = messages.Single().Text;
        var receipt = await sink.CallAsync("pure", question, context, "", undo: false, cancellationToken);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, receipt.ToString(CultureInfo.InvariantCulture)))
        {
            Usage = new UsageDetails { InputTokenCount = 10, OutputTokenCount = 1 },
        };
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) => throw new NotSupportedException("Nobody here asks for half an answer.");

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() { }
}
