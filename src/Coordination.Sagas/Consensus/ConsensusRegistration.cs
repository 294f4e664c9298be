using Coordination.Persistence;
using Coordination.Sagas.Consensus;
using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Hosts ballots.</summary>
public static class ConsensusRegistration
{
    /// <summary>Adds the ballot saga and its tables to this process, with the voters and policies it knows.</summary>
    public static CoordinationBuilder AddConsensus(this CoordinationBuilder builder, Action<ConsensusOptions>? configure = null)
    {
        var settings = new ConsensusOptions();
        configure?.Invoke(settings);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<IValidateOptions<ConsensusOptions>>(new ConsensusOptionsCheck(settings));
        builder.Services.AddOptions<ConsensusOptions>().ValidateOnStart();

        builder.Services.AddSchemaModule<ConsensusDbContext, PostgresConsensusDbContext, SqliteConsensusDbContext>(
            ConsensusDbContext.Module
        );
        builder.Services.TryAddSingleton<BallotMetrics>();
        builder.Services.AddSingleton(services => new BallotDriver(
            new OpeningCheck(settings),
            new BallotStore(services.GetRequiredService<IUnitOfWorkFactory>().Dialect),
            new BallotMail(services.GetRequiredService<EnvelopeFactory>()),
            services.GetRequiredService<DatabaseClock>(),
            services.GetRequiredService<BallotMetrics>(),
            services.GetRequiredService<ILogger<BallotDriver>>()
        ));

        builder.ConfigureBus(bus =>
            bus.AddSagaStateMachine<BallotStateMachine, BallotSaga>().CoordinationRepository<BallotSaga, ConsensusDbContext>()
        );
        builder.AddEndpoint(
            Wire.BallotsEndpoint,
            (context, endpoint) => endpoint.ConfigureSaga<BallotSaga>(context),
            settings.Concurrency,
            settings.Concurrency * 4
        );
        return builder;
    }

    private sealed class ConsensusOptionsCheck(ConsensusOptions settings) : IValidateOptions<ConsensusOptions>
    {
        public ValidateOptionsResult Validate(string? name, ConsensusOptions options) =>
            settings.Faults() is { Count: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
