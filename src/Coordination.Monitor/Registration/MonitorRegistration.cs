using Coordination.Monitor;
using Coordination.Persistence;
using Coordination.Sagas.Consensus;
using Coordination.Sagas.Runs;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the monitor to a program that has a store (<c>AddCoordination</c>, or a store alone).</summary>
public static class MonitorRegistration
{
    /// <summary>Adds what <c>app.MapCoordinationMonitor()</c> serves. Its tables and views are migrated with the others.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static IServiceCollection AddCoordinationMonitor(this IServiceCollection services, Action<MonitorOptions>? configure = null)
    {
        if (services.Any(service => service.ServiceType == typeof(Admission)))
            throw new InvalidOperationException("The monitor was added before.");
        var options = new MonitorOptions();
        configure?.Invoke(options);
        if (options.Faults().FirstOrDefault() is { } fault)
            throw new ArgumentException(fault, nameof(configure));
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddRunClient();
        services.AddMonitorSchema();
        services.AddSingleton<Admission>();
        services.AddMonitorDocument();
        services.AddRunReads();
        services.AddWorkReads();
        services.AddOperations();
        services.AddOperationRunner();
        return services;
    }

    /// <summary>Adds the monitor's tables and views to the program's schema, for a process that migrates without serving it.</summary>
    public static IServiceCollection AddMonitorSchema(this IServiceCollection services) =>
        services
            // Its views are over the tables of these, whatever else is registered and when.
            .AddSchemaModule<PostgresMessagingDbContext, SqliteMessagingDbContext>(SchemaModule.Messaging)
            .AddSchemaModule<RunsDbContext, PostgresRunsDbContext, SqliteRunsDbContext>(RunsDbContext.Module)
            .AddSchemaModule<ConsensusDbContext, PostgresConsensusDbContext, SqliteConsensusDbContext>(ConsensusDbContext.Module)
            .AddWorkersSchema()
            .AddSchemaModule<PostgresMonitorDbContext, SqliteMonitorDbContext>(MonitorDbContext.Module);
}
