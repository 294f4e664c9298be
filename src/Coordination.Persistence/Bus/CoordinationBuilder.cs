using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Persistence;

/// <summary>Collects what a process needs of the backbone: transport, store and the parts it hosts.</summary>
public sealed class CoordinationBuilder
{
    private readonly List<Action<IBusRegistrationConfigurator>> bus = [];

    internal CoordinationBuilder(IServiceCollection services) => Services = services;

    public IServiceCollection Services { get; }

    /// <summary>Adds to the MassTransit registration (consumers, sagas).</summary>
    public CoordinationBuilder ConfigureBus(Action<IBusRegistrationConfigurator> configure)
    {
        bus.Add(configure);
        return this;
    }

    /// <summary>Adds a receive endpoint.</summary>
    public CoordinationBuilder AddEndpoint(
        string name,
        Action<IBusRegistrationContext, IReceiveEndpointConfigurator> configure,
        int concurrentMessageLimit = 128,
        int prefetchCount = 512
    )
    {
        Services.AddSingleton<IEndpointContribution>(
            new DelegateEndpoint(name, configure, concurrentMessageLimit, prefetchCount, IsGuarded: true)
        );
        return this;
    }

    /// <summary>What arriving messages must be like; may be called more than once.</summary>
    public CoordinationBuilder Guard(Action<GuardOptions> configure)
    {
        configure(GuardOptions);
        return this;
    }

    internal GuardOptions GuardOptions { get; } = new();

    internal Transport? Transport { get; set; }

    internal string? Store { get; set; }

    internal void Check()
    {
        if (Transport is null)
        {
            throw new InvalidOperationException(
                "No transport is chosen. Call UseRabbitMq(\"amqp://...\") or UseInMemory() in AddCoordination."
            );
        }

        if (Store is null)
        {
            throw new InvalidOperationException(
                "No store is chosen. Call UsePostgres(\"Host=...\") or UseSqlite(\"file\") in AddCoordination."
            );
        }

        if (Transport is Transport.InMemory != (Store == "SQLite"))
        {
            throw new InvalidOperationException(
                "UseInMemory goes with UseSqlite (one process), UseRabbitMq with UsePostgres (many). Other pairs cannot keep the promise that nothing is lost."
            );
        }
    }

    internal void ApplyBus(IBusRegistrationConfigurator configurator)
    {
        foreach (var configure in bus)
        {
            configure(configurator);
        }
    }
}
