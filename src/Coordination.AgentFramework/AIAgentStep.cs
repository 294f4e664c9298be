using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Coordination.Workers;
using Microsoft.Agents.AI;

namespace Coordination.AgentFramework;

/// <summary>What a step asks an <see cref="AIAgent"/>.</summary>
public sealed record AIAgentRequest
{
    /// <summary>The user's message.</summary>
    [MinLength(1)]
    public required string Prompt { get; init; }

    /// <summary>The session an earlier step returned; null begins one.</summary>
    public JsonElement? Session { get; init; }
}

/// <summary>What it answered.</summary>
public sealed record AIAgentReply
{
    /// <summary>The answer's text.</summary>
    public required string Text { get; init; }

    /// <summary>The session so far: stored with the step, and input of the step that goes on with the conversation.</summary>
    public required JsonElement Session { get; init; }
}

/// <summary>
/// Hosts an <see cref="AIAgent"/> as an agent. The framework's agent keeps nothing: its session is read from the step's input and returned with its output, so whichever
/// worker has the next step goes on with it. Approval and work of several agents stay in runs.
/// </summary>
public sealed class AIAgentStep<TFactory>(TFactory factory) : IAgent<AIAgentRequest, AIAgentReply>
    where TFactory : class, IAIAgentFactory
{
    /// <inheritdoc/>
    public async Task<AIAgentReply> ExecuteAsync(AIAgentRequest input, AgentContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        var agent = factory.Create(context);
        var session = input.Session is { ValueKind: JsonValueKind.Object } stored
            ? await agent.DeserializeSessionAsync(stored, cancellationToken: cancellationToken)
            : await agent.CreateSessionAsync(cancellationToken);
        var response = await agent.RunAsync(input.Prompt, session, cancellationToken: cancellationToken);
        return new AIAgentReply
        {
            Text = response.Text,
            Session = await agent.SerializeSessionAsync(session, cancellationToken: cancellationToken),
        };
    }
}
