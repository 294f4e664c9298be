using Coordination.Persistence;
using MassTransit.DependencyInjection;
using MassTransit.Middleware;
using MassTransit.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MassTransit;

/// <summary>Configuration in the words a MassTransit user knows; <c>AddCoordination</c> uses it too.</summary>
public static class CoordinationOutboxRegistration
{
    /// <summary>
    /// Registers the unit of work, inbox, outbox with its relay, and timers for this bus. A store (<c>AddPostgresStore</c> or
    /// <c>AddSqliteStore</c>) must be registered too, and endpoints call <c>UseCoordinationOutbox</c>.
    /// </summary>
    public static void AddCoordinationOutbox(
        this IBusRegistrationConfigurator bus,
        Action<CoordinationOutboxConfigurator>? configure = null
    )
    {
        Failpoint.RefuseInProduction();
        IServiceCollection services = bus;
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PersistenceMetrics>();
        services.TryAddScoped<IOutboxContextFactory<CoordinationOutbox>, UnitOfWorkFilter>();
        services.TryAddSingleton<IOutboxSender>(provider => new BusSender(
            provider.GetRequiredService<IBusControl>(),
            provider.GetRequiredService<IUnitOfWorkFactory>().Dialect.IsEmbedded
        ));
        services.TryAddSingleton<OutboxDelivery>();
        services.TryAddSingleton<OutboxRelay>();
        services.Replace(ServiceDescriptor.Singleton<IOutboxRelay>(provider => new LazyRelay(provider)));
        services.AddHostedService(provider => provider.GetRequiredService<OutboxRelay>());
        services
            .AddOptions<OutboxOptions>()
            .Validate(
                options => !options.Problems().Any(),
                "The outbox settings are not valid; see Coordination:Outbox (lanes, bounds, lease longer than the publish timeout)."
            )
            .ValidateOnStart();
        services.TryAddScoped<IMessageScheduler>(provider => new MessageScheduler(
            new OutboxScheduleProvider(
                provider.GetRequiredService<ISendEndpointProvider>(),
                work: null,
                provider.GetRequiredService<ITimers>()
            ),
            provider.GetRequiredService<IBus>().Topology
        ));
        if (Failpoint.IsOn)
        {
            bus.AddReceiveObserver<AcknowledgedFailpoint>();
        }

        configure?.Invoke(new CoordinationOutboxConfigurator(services));
    }

    /// <summary>
    /// The relay needs the bus, the bus needs the endpoints, and the endpoints' units of work need the relay: it is looked up when it is first
    /// used.
    /// </summary>
    private sealed class LazyRelay(IServiceProvider provider) : IOutboxRelay
    {
        private readonly Lazy<OutboxRelay> relay = new(provider.GetRequiredService<OutboxRelay>);

        public void Committed(IReadOnlyList<OutboxRow> rows, IReadOnlyList<long> olderPending) => relay.Value.Committed(rows, olderPending);

        public void TimerStored(TimeSpan delay) => relay.Value.TimerStored(delay);
    }
}

/// <summary>Options of <see cref="CoordinationOutboxRegistration.AddCoordinationOutbox"/>.</summary>
public sealed class CoordinationOutboxConfigurator
{
    private readonly IServiceCollection services;

    internal CoordinationOutboxConfigurator(IServiceCollection services) => this.services = services;

    /// <summary>Lanes, bounds and tries of the delivery.</summary>
    public CoordinationOutboxConfigurator Configure(Action<OutboxOptions> configure)
    {
        services.Configure(configure);
        return this;
    }

    /// <summary>
    /// Outside of consumers, <c>IPublishEndpoint</c> and <c>ISendEndpointProvider</c> of a scope store messages with the scope's unit of work: they
    /// leave after <see cref="BusOutbox.CommitAsync"/>.
    /// </summary>
    public CoordinationOutboxConfigurator UseBusOutbox()
    {
        services.TryAddScoped<BusOutbox>();
        services.Replace(ServiceDescriptor.Scoped<IScopedBusContextProvider<IBus>, OutboxScopedBusContextProvider>());
        return this;
    }
}
