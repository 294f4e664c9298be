using Coordination.Persistence;
using Coordination.Sagas.Runs;
using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Hosts runs.</summary>
public static class RunsRegistration
{
    /// <summary>Adds the run saga, the registry of agent types and their tables to this process.</summary>
    public static CoordinationBuilder AddRuns(this CoordinationBuilder builder, Action<RunsOptions>? configure = null)
    {
        var settings = new RunsOptions();
        configure?.Invoke(settings);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<IValidateOptions<RunsOptions>>(new RunsOptionsCheck(settings));
        builder.Services.AddOptions<RunsOptions>().ValidateOnStart();

        builder.Services.AddSchemaModule<RunsDbContext, PostgresRunsDbContext, SqliteRunsDbContext>(RunsDbContext.Module);
        builder.Services.TryAddSingleton<RunMetrics>();
        builder.Services.AddSingleton(services => new RunDriver(
            settings.ToLimits(),
            new RunStore(
                services.GetRequiredService<IUnitOfWorkFactory>().Dialect,
                settings,
                () => services.GetServices<IEndpointContribution>().Select(e => Wire.AgentTypeOf(e.Name)).OfType<string>()
            ),
            new RunMail(services.GetRequiredService<EnvelopeFactory>(), settings.ToLimits()),
            services.GetRequiredService<DatabaseClock>(),
            services.GetRequiredService<RunMetrics>(),
            Random.Shared.NextDouble,
            services.GetRequiredService<ILogger<RunDriver>>()
        ));

        builder.Services.AddSingleton<RunRetention>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RunRetention>());

        builder.ConfigureBus(bus => bus.AddSagaStateMachine<RunStateMachine, RunSaga>().CoordinationRepository<RunSaga, RunsDbContext>());
        builder.AddEndpoint(
            Wire.RunsEndpoint,
            (context, endpoint) => endpoint.ConfigureSaga<RunSaga>(context),
            settings.Concurrency,
            settings.Concurrency * 4
        );
        builder.AddEndpoint(
            Wire.RegistryEndpoint,
            (context, endpoint) =>
            {
                var registry = new AgentRegistry(context.GetRequiredService<IUnitOfWorkFactory>().Dialect);
                endpoint.Consumer(() => registry);
            },
            concurrentMessageLimit: 1
        );
        return builder;
    }

    private sealed class RunsOptionsCheck(RunsOptions settings) : IValidateOptions<RunsOptions>
    {
        public ValidateOptionsResult Validate(string? name, RunsOptions options) =>
            settings.Faults() is { Count: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
