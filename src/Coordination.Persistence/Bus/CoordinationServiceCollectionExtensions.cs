using System.Diagnostics;
using System.Reflection;
using Coordination.Contracts;
using Coordination.Persistence;
using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>The one entry to the backbone.</summary>
public static class CoordinationServiceCollectionExtensions
{
    /// <summary>
    /// Adds the backbone: a transport (<c>UseRabbitMq</c> or <c>UseInMemory</c>), a store (<c>UsePostgres</c> or <c>UseSqlite</c>), and the
    /// parts this process hosts. Agents are added with <c>AddAgent</c>, before or after.
    /// </summary>
    /// <exception cref="InvalidOperationException">Transport or store is missing, or they do not go together.</exception>
    public static IServiceCollection AddCoordination(this IServiceCollection services, Action<CoordinationBuilder> configure)
    {
        Failpoint.RefuseInProduction();
        var builder = new CoordinationBuilder(services);
        configure(builder);
        builder.Check();

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(ThisProcess());
        services.TryAddSingleton<EnvelopeFactory>();
        services.TryAddSingleton<DatabaseClock>();
        services.TryAddSingleton(builder.GuardOptions);
        services.TryAddSingleton<Parking>();
        services.TryAddSingleton<Guard>();
        services.TryAddSingleton<ParkFaulted>();
        services.AddHostedService<SchemaAtStart>();
        services
            .AddHealthChecks()
            .AddCheck<OutboxHealth>("outbox", tags: ["ready"])
            .AddCheck<ReceivingHealth>("receiving", tags: ["ready"]);

        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddCoordinationOutbox(outbox => outbox.UseBusOutbox());
            builder.ApplyBus(bus);
            switch (builder.Transport)
            {
                case Transport.RabbitMq rabbit:
                    services.AddSingleton(rabbit.Options);
                    bus.UsingRabbitMq((context, cfg) => RabbitMqTopology.Configure(context, cfg, rabbit.Options));
                    break;
                default:
                    bus.UsingInMemory(ConfigureInMemory);
                    break;
            }
        });
        // The bus keeps trying while the broker is away; the host starts without waiting for it.
        services
            .AddOptions<MassTransitHostOptions>()
            .Configure(options =>
            {
                options.WaitUntilStarted = false;
                options.StopTimeout = TimeSpan.FromSeconds(30);
            });
        return services;
    }

    /// <summary>Messages travel inside this process; with SQLite the whole backbone needs no installation.</summary>
    public static CoordinationBuilder UseInMemory(this CoordinationBuilder builder)
    {
        builder.Transport = new Transport.InMemory();
        return builder;
    }

    /// <summary>Messages travel over RabbitMQ.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="uri"><c>amqp://user:password@host:5672/vhost</c></param>
    /// <param name="configure">Further settings.</param>
    public static CoordinationBuilder UseRabbitMq(this CoordinationBuilder builder, string uri, Action<RabbitMqOptions>? configure = null)
    {
        var options = new RabbitMqOptions { Uri = uri };
        configure?.Invoke(options);
        builder.Transport = new Transport.RabbitMq(options);
        return builder;
    }

    /// <summary>PostgreSQL holds the truth.</summary>
    public static CoordinationBuilder UsePostgres(
        this CoordinationBuilder builder,
        string connectionString,
        Action<PostgresStoreOptions>? configure = null
    )
    {
        builder.Services.AddPostgresStore(options =>
        {
            options.ConnectionString = connectionString;
            configure?.Invoke(options);
        });
        builder.Store = "PostgreSQL";
        return builder;
    }

    /// <summary>A SQLite file holds the truth: one process, nothing to install.</summary>
    public static CoordinationBuilder UseSqlite(this CoordinationBuilder builder, string path, Action<SqliteStoreOptions>? configure = null)
    {
        builder.Services.AddSqliteStore(options =>
        {
            options.Path = path;
            configure?.Invoke(options);
        });
        builder.Store = "SQLite";
        return builder;
    }

    // Endpoints are ours: messages are handed over inside the process.
    private static void ConfigureInMemory(IBusRegistrationContext context, IInMemoryBusFactoryConfigurator cfg) =>
        cfg.AddDeserializer(new ContractDeserializer());

    private static Sender ThisProcess() =>
        new()
        {
            Type = "coordination",
            Instance = $"{Environment.MachineName}-{Environment.ProcessId}-{Stopwatch.GetTimestamp() % 0xFFFF:x4}".ToLowerInvariant(),
            Build =
                Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        };
}
