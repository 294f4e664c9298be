using Coordination.Workers;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds agents and the run client to a program.</summary>
public static class WorkerServiceCollectionExtensions
{
    /// <summary>
    /// Lets this process carry out steps of an agent type. <typeparamref name="TAgent"/> implements <see cref="IAgent{TInput,TOutput}"/>, or
    /// <see cref="ICompensatingAgent{TInput,TOutput}"/> when it can undo. May be called before or after <c>AddCoordination</c>.
    /// </summary>
    /// <param name="services">The program's services.</param>
    /// <param name="agentType">1 to 64 of <c>a-z 0-9 -</c>; names the queue <c>agent-&lt;type&gt;</c>.</param>
    /// <param name="configure">Changes the defaults.</param>
    public static IServiceCollection AddAgent<TAgent>(
        this IServiceCollection services,
        string agentType,
        Action<AgentOptions>? configure = null
    )
        where TAgent : class => services;

    /// <summary>Changes how this process claims and keeps work.</summary>
    public static IServiceCollection ConfigureWorkers(this IServiceCollection services, Action<WorkerOptions> configure) => services;

    /// <summary>Adds <see cref="RunClient"/>.</summary>
    public static IServiceCollection AddRunClient(this IServiceCollection services) => services;
}
