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
        services.TryAddSingleton(new GuardOptions());
        services.TryAddSingleton<Parking>();
        services.TryAddSingleton<ParkFaulted>();
        services.TryAddSingleton<LocalEndpoints>();
        services.TryAddSingleton<TransportSender>();
        services.TryAddSingleton<IOutboxSender>(provider => provider.GetRequiredService<TransportSender>());
        services.TryAddSingleton<OutboxDelivery>();
        services.TryAddSingleton<LocalHandOver>();
        services.TryAddSingleton<OutboxRelay>();
        services.TryAddSingleton<RabbitReceiving>();
        services.Replace(ServiceDescriptor.Singleton<IOutboxRelay>(provider => new LazyRelay(provider)));
        // Ended in the opposite order: first no more messages are taken, then what they caused leaves, then the way out is closed.
        services.AddHostedService(provider => provider.GetRequiredService<TransportSender>());
        services.AddHostedService(provider => provider.GetRequiredService<OutboxRelay>());
        services.AddHostedService(provider => provider.GetRequiredService<RabbitReceiving>());
        services
            .AddOptions<OutboxOptions>()
            .Validate(
                options => !options.Problems().Any(),
                "The outbox settings are not valid; see Coordination:Outbox (bounds, lease longer than the publish timeout)."
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
    /// An endpoint of a plain MassTransit program that is received by our own loop: many messages share a transaction and an acknowledgement, and messages from
    /// this process come in memory. Around it are retries, scheduler and unit of work; a message whose handling fails for good is parked as a dead
    /// letter instead of moved to an <c>_error</c> queue. Its queue is a quorum queue of this name, bound to an exchange of this name.
    /// </summary>
    /// <param name="bus">The registration.</param>
    /// <param name="name">Queue and exchange.</param>
    /// <param name="configure">Adds consumers and sagas.</param>
    /// <param name="concurrentMessageLimit">Messages handled at the same time.</param>
    /// <param name="prefetchCount">Unacknowledged messages the broker may send ahead.</param>
    public static void AddCoordinationEndpoint(
        this IBusRegistrationConfigurator bus,
        string name,
        Action<IBusRegistrationContext, IReceiveEndpointConfigurator> configure,
        int concurrentMessageLimit = 128,
        int prefetchCount = 512
    ) =>
        bus.AddSingleton<IEndpointContribution>(
            new DelegateEndpoint(name, configure, concurrentMessageLimit, prefetchCount, IsGuarded: false)
        );

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

    /// <summary>Bounds and tries of the delivery.</summary>
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
