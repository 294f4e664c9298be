using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Coordination.Persistence;

/// <summary>Registers the store of a process: one database, one choice.</summary>
public static class StoreRegistration
{
    /// <summary>PostgreSQL: any number of processes share it.</summary>
    public static IServiceCollection AddPostgresStore(this IServiceCollection services, Action<PostgresStoreOptions> configure)
    {
        ThrowIfChosen(services);
        services.AddOptions<PostgresStoreOptions>().Configure(configure).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PostgresStoreOptions>, PostgresStoreOptionsValidation>();
        services.AddSingleton(provider =>
            PostgresStore.CreateDataSource(provider.GetRequiredService<IOptions<PostgresStoreOptions>>().Value)
        );
        services.AddSingleton<StoreDatabase, PostgresDatabase>();
        services.AddSingleton<IUnitOfWorkFactory>(provider => new PostgresStore(
            provider.GetRequiredService<Npgsql.NpgsqlDataSource>(),
            provider.GetRequiredService<IOptions<PostgresStoreOptions>>().Value,
            provider.GetRequiredService<CommitAnnouncer>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<PostgresStoreOptions>>().Value.Retention);
        return AddShared(services);
    }

    /// <summary>SQLite: one file, one process, no installation.</summary>
    public static IServiceCollection AddSqliteStore(this IServiceCollection services, Action<SqliteStoreOptions> configure)
    {
        ThrowIfChosen(services);
        services.AddOptions<SqliteStoreOptions>().Configure(configure).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SqliteStoreOptions>, SqliteStoreOptionsValidation>();
        services.AddSingleton(provider => new SqliteWriter(provider.GetRequiredService<IOptions<SqliteStoreOptions>>().Value));
        services.AddSingleton<StoreDatabase>(provider => new SqliteDatabase(
            provider.GetRequiredService<IOptions<SqliteStoreOptions>>().Value,
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<IUnitOfWorkFactory>(provider => new SqliteStore(
            provider.GetRequiredService<IOptions<SqliteStoreOptions>>().Value,
            provider.GetRequiredService<SqliteWriter>(),
            provider.GetRequiredService<CommitAnnouncer>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<SqliteStoreOptions>>().Value.Retention);
        return AddShared(services);
    }

    private static IServiceCollection AddShared(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IOutboxRelay, NullRelay>();
        services.AddSingleton<IOutboxStore, OutboxStore>();
        services.AddSingleton<ITimers, Timers>();
        services.AddSingleton<IDeadLetters, DeadLetters>();
        services.AddSingleton<RetentionSweep>();
        services.AddHostedService(provider => provider.GetRequiredService<RetentionSweep>());
        services.AddSingleton(provider => new CommitAnnouncer(
            provider.GetRequiredService<IOutboxRelay>,
            provider.GetRequiredService<ILogger<CommitAnnouncer>>()
        ));
        services.AddSingleton(provider => new SchemaMigrator(
            provider.GetRequiredService<StoreDatabase>(),
            provider.GetServices<SchemaModule>()
        ));
        return services.AddSchemaModule<PostgresMessagingDbContext, SqliteMessagingDbContext>(SchemaModule.Messaging);
    }

    private static void ThrowIfChosen(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(StoreDatabase)))
        {
            throw new InvalidOperationException("A store is registered already: call AddPostgresStore or AddSqliteStore, and only once.");
        }
    }
}
