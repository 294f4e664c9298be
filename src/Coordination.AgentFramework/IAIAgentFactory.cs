using Coordination.Workers;
using Microsoft.Agents.AI;

namespace Coordination.AgentFramework;

/// <summary>Makes an <see cref="AIAgent"/> for one attempt of a step.</summary>
public interface IAIAgentFactory
{
    /// <summary>
    /// Build the agent on <see cref="AgentContext.Model"/> and <see cref="AgentContext.Tool"/>: then each of its turns and calls is kept, and an attempt after a crash goes on
    /// without asking a model or calling a tool a second time. Called anew for every attempt.
    /// </summary>
    AIAgent Create(AgentContext context);
}
