using Coordination.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coordination.Size;

/// <summary>The store and all tables of the backbone on one database, without a bus.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly ServiceProvider provider;

    private Installation(ServiceProvider provider) => this.provider = provider;

    public T Get<T>()
        where T : notnull => provider.GetRequiredService<T>();

    /// <param name="connectionString">The database.</param>
    /// <param name="plans">Collects the plans of what is run.</param>
    public static Installation Open(string connectionString, PlanLog? plans = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddPostgresStore(store =>
        {
            store.ConnectionString = plans is null ? connectionString : PlanLog.Explaining(connectionString);
            if (plans is not null)
            {
                store.ConfigureDataSource = source =>
                    source.UseLoggerFactory(LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(plans)));
            }
        });
        services.AddSchemaModule<Sagas.Runs.RunsDbContext, Sagas.Runs.PostgresRunsDbContext, Sagas.Runs.SqliteRunsDbContext>(
            Sagas.Runs.RunsDbContext.Module
        );
        services.AddSchemaModule<Workers.PostgresWorkersDbContext, Workers.SqliteWorkersDbContext>(Workers.WorkersDbContext.Module);
        return new Installation(services.BuildServiceProvider());
    }

    public ValueTask DisposeAsync() => provider.DisposeAsync();
}
