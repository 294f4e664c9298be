using Coordination.AgentFramework;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds agents of Microsoft Agent Framework.</summary>
public static class AIAgentServiceCollectionExtensions
{
    /// <summary>Lets this process carry out steps of an agent type with an agent that <typeparamref name="TFactory"/> makes.</summary>
    /// <param name="services">The program's services.</param>
    /// <param name="agentType">1 to 64 of <c>a-z 0-9 -</c>; names the queue <c>agent-&lt;type&gt;</c>.</param>
    /// <param name="configure">Changes the defaults.</param>
    public static IServiceCollection AddAIAgent<TFactory>(
        this IServiceCollection services,
        string agentType,
        Action<AgentOptions>? configure = null
    )
        where TFactory : class, IAIAgentFactory
    {
        services.TryAddScoped<TFactory>();
        return services.AddAgent<AIAgentStep<TFactory>>(agentType, configure);
    }
}
