using Coordination.Persistence;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Bench.Ours;

/// <summary>The workloads as a MassTransit user writes them with Coordination.Persistence.</summary>
internal static class OursProgram
{
    public static Task RunAsync(WorkerSettings settings, Action ready, CancellationToken ct)
    {
        var builder = MassTransitProgram.CreateBuilder();
        builder.Services.AddPostgresStore(store => store.ConnectionString = settings.Database);
        builder.Services.AddDbContextFactory<BenchDbContext>(options => options.UseNpgsql(settings.Database));
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddCoordinationOutbox(outbox => outbox.Configure(options => OursSettings.Apply(options, settings.Workload)));
            bus.AddConsumer<EffectConsumer>();
            bus.AddConsumer<StepConsumer>();
            bus.AddSagaStateMachine<FiveSteps, FiveStepsState>().CoordinationRepository<FiveStepsState, BenchDbContext>();
            foreach (var (queue, configure) in MassTransitProgram.Endpoints(settings.Workload))
            {
                bus.AddCoordinationEndpoint(queue, configure, OursSettings.Concurrency, OursSettings.Prefetch);
            }
            bus.UsingRabbitMq((_, rabbit) => rabbit.Host(settings.Broker));
        });
        return MassTransitProgram.RunAsync(builder, CreateTablesAsync, ready, ct);
    }

    public static Check[] Checks(Workload workload) =>
        [
            new Check("inbox rows", "select count(*) from coordination.inbox", workload == Workload.Effect ? 1 : 11),
            new Check("outbox rows left", "select count(*) from coordination.outbox", 0),
            new Check("dead letters", "select count(*) from coordination.dead_letter", 0),
            new Check(
                "finished sagas",
                "select count(*) from coordination.five_steps where current_state = 'Completed'",
                workload == Workload.Effect ? 0 : 1
            ),
        ];

    private static async Task CreateTablesAsync(IServiceProvider services, CancellationToken ct)
    {
        await services.GetRequiredService<SchemaMigrator>().MigrateAsync(cancellationToken: ct);
        await using var context = await services.GetRequiredService<IDbContextFactory<BenchDbContext>>().CreateDbContextAsync(ct);
        await context.Database.ExecuteSqlRawAsync(context.Database.GenerateCreateScript(), ct);
    }
}
