using Coordination.Persistence;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

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
    /// <exception cref="ArgumentException">The name, the class or an option is not valid, or the type was added before.</exception>
    public static IServiceCollection AddAgent<TAgent>(
        this IServiceCollection services,
        string agentType,
        Action<AgentOptions>? configure = null
    )
        where TAgent : class
    {
        var options = new AgentOptions();
        configure?.Invoke(options);
        return services.Add<TAgent>(new AgentRegistration(agentType, options, typeof(TAgent)));
    }

    /// <summary>
    /// Lets this process vote in ballots whose electorate names <paramref name="voter"/>, with a class that does nothing else. An agent that implements
    /// <see cref="IVoter"/> is added with <see cref="AddAgent{TAgent}"/> and votes under its agent type. May be called before or after <c>AddCoordination</c>.
    /// </summary>
    /// <param name="services">The program's services.</param>
    /// <param name="voter">1 to 64 of <c>a-z 0-9 -</c>, unlike every agent type; names the queue <c>agent-&lt;voter&gt;</c>.</param>
    /// <param name="configure">Changes the defaults.</param>
    /// <exception cref="ArgumentException">The name, the class or an option is not valid, or the name was added before.</exception>
    public static IServiceCollection AddVoter<TVoter>(
        this IServiceCollection services,
        string voter,
        Action<AgentOptions>? configure = null
    )
        where TVoter : class, IVoter
    {
        if (typeof(TVoter).IsAbstract || AgentAdapter.IsAgent(typeof(TVoter)))
        {
            throw new ArgumentException(
                typeof(TVoter).IsAbstract
                    ? $"{typeof(TVoter).FullName} must be a concrete class."
                    : $"{typeof(TVoter).FullName} is an agent, too: add it with AddAgent, and it votes under its agent type.",
                nameof(voter)
            );
        }

        var options = new AgentOptions();
        configure?.Invoke(options);
        return services.Add<TVoter>(new AgentRegistration(voter, options, typeof(TVoter), new NoAgent()));
    }

    /// <summary>Changes how this process claims and keeps work.</summary>
    public static IServiceCollection ConfigureWorkers(this IServiceCollection services, Action<WorkerOptions> configure) =>
        services.Configure(configure);

    /// <summary>Adds <see cref="RunClient"/>, <see cref="EffectClient"/> and <see cref="BallotClient"/>.</summary>
    public static IServiceCollection AddRunClient(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RunClient>();
        services.TryAddSingleton<EffectClient>();
        services.TryAddSingleton<BallotClient>();
        return services;
    }

    /// <summary>Adds the workers' table to the program's schema, for a process that migrates without hosting agents.</summary>
    public static IServiceCollection AddWorkersSchema(this IServiceCollection services) =>
        services.AddSchemaModule<PostgresWorkersDbContext, SqliteWorkersDbContext>(WorkersDbContext.Module);

    private static IServiceCollection Add<T>(this IServiceCollection services, AgentRegistration agent)
        where T : class
    {
        if (services.Any(service => service.ImplementationInstance is AgentRegistration known && known.Type == agent.Type))
        {
            throw new ArgumentException($"Agent type '{agent.Type}' was added before; give {typeof(T).Name} another name.", nameof(agent));
        }

        services.AddWorkers();
        services.TryAddScoped<T>();
        services.AddSingleton(agent);
        services.AddSingleton<IEndpointContribution>(provider => ActivatorUtilities.CreateInstance<AgentEndpoint>(provider, agent));
        return services;
    }

    private static void AddWorkers(this IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(AttemptRunner)))
        {
            return;
        }

        services.AddWorkersSchema();
        services.AddRunClient();
        services
            .AddOptions<WorkerOptions>()
            .Validate(options =>
                options.Problems().FirstOrDefault() is not { } problem
                    ? true
                    : throw new OptionsValidationException("", typeof(WorkerOptions), [problem])
            )
            .ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<WorkerOptions>>().Value);
        services.AddSingleton<WorkerIdentity>();
        services.AddSingleton<WorkerMetrics>();
        services.AddSingleton<WorkerStop>();
        services.AddSingleton<Suspects>();
        services.AddSingleton<ClaimStore>();
        services.AddSingleton<RunningAttempts>();
        services.AddSingleton<StepExecutor>();
        services.AddSingleton<Answers>();
        services.AddSingleton<JournalStore>();
        services.AddSingleton<JournalReader>();
        services.AddSingleton<EffectStore>();
        services.AddSingleton<DecisionStore>();
        services.AddSingleton<IRetryBudgets, RetryBudgets>();
        services.AddSingleton<CallTimes>();
        services.AddSingleton(provider =>
            ActivatorUtilities.CreateInstance<EffectSessions>(provider, (Func<double>)Random.Shared.NextDouble)
        );
        services.AddSingleton<AttemptRunner>();
        services.AddSingleton<StepIntake>();
        services.AddSingleton<EmbeddedStart>();
        services.AddSingleton<LeaseKeeper>();
        services.AddSingleton(provider =>
            ActivatorUtilities.CreateInstance<ClaimRecovery>(provider, (Func<double>)Random.Shared.NextDouble)
        );
        services.AddSingleton(provider =>
            ActivatorUtilities.CreateInstance<EffectRetention>(provider, (Func<double>)Random.Shared.NextDouble)
        );
        services.AddSingleton<Announcer>();
        services.AddHostedService(provider => provider.GetRequiredService<LeaseKeeper>());
        services.AddHostedService(provider => provider.GetRequiredService<ClaimRecovery>());
        services.AddHostedService(provider => provider.GetRequiredService<EffectRetention>());
        services.AddHostedService(provider => provider.GetRequiredService<Announcer>());
        services.AddHostedService<WorkerShutdown>();
        services.AddHealthChecks().AddCheck<WorkerHealth>("agents", tags: ["ready"]);
    }
}
