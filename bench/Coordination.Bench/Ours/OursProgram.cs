using Coordination.Persistence;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.Bench.Ours;

/// <summary>The workloads as a MassTransit user writes them with Coordination.Persistence.</summary>
internal static class OursProgram
{
    public static Task RunAsync(WorkerSettings settings, Action ready, CancellationToken ct)
    {
        var builder = CreateBuilder();
        builder.Services.AddPostgresStore(store => store.ConnectionString = settings.Database);
        builder.Services.AddDbContextFactory<BenchDbContext>(options => options.UseNpgsql(settings.Database));
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddCoordinationOutbox(outbox => outbox.Configure(options => options.Lanes = OursSettings.OutboxLanes));
            bus.AddConsumer<EffectConsumer>();
            bus.AddConsumer<StepConsumer>();
            bus.AddSagaStateMachine<FiveSteps, FiveStepsState>().CoordinationRepository<FiveStepsState, BenchDbContext>();
            bus.UsingRabbitMq((context, rabbit) => ConfigureBus(context, rabbit, settings));
        });
        return RunAsync(builder, CreateSagaTableAsync, ready, ct);
    }

    /// <summary>A host that says only what is wrong.</summary>
    public static HostApplicationBuilder CreateBuilder()
    {
        var builder = Host.CreateApplicationBuilder();
        builder
            .Logging.ClearProviders()
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .SetMinimumLevel(LogLevel.Warning);
        return builder;
    }

    /// <summary>Makes the tables, starts the host and keeps it up until it is cancelled.</summary>
    public static async Task RunAsync(
        HostApplicationBuilder builder,
        Func<IServiceProvider, CancellationToken, Task>? prepare,
        Action ready,
        CancellationToken ct
    )
    {
        using var host = builder.Build();
        await host.Services.GetRequiredService<SchemaMigrator>().MigrateAsync(cancellationToken: ct);
        if (prepare is not null)
            await prepare(host.Services, ct);
        await host.StartAsync(ct);
        await host.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, ct);
        ready();
        try
        {
            await Task.Delay(Timeout.Infinite, ct);
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
        }
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

    private static async Task CreateSagaTableAsync(IServiceProvider services, CancellationToken ct)
    {
        await using var context = await services.GetRequiredService<IDbContextFactory<BenchDbContext>>().CreateDbContextAsync(ct);
        await context.Database.ExecuteSqlRawAsync(context.Database.GenerateCreateScript(), ct);
    }

    private static void ConfigureBus(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator rabbit, WorkerSettings settings)
    {
        rabbit.Host(settings.Broker);
        if (settings.Workload == Workload.Effect)
        {
            Listen(Queues.Effect, endpoint => endpoint.ConfigureConsumer<EffectConsumer>(context));
            return;
        }
        Listen(Queues.Saga, endpoint => endpoint.ConfigureSaga<FiveStepsState>(context));
        Listen(Queues.Steps, endpoint => endpoint.ConfigureConsumer<StepConsumer>(context));

        void Listen(string queue, Action<IRabbitMqReceiveEndpointConfigurator> configure) =>
            rabbit.ReceiveEndpoint(
                queue,
                endpoint =>
                {
                    endpoint.ConfigureConsumeTopology = false;
                    endpoint.SetQuorumQueue();
                    endpoint.PrefetchCount = OursSettings.Prefetch;
                    endpoint.ConcurrentMessageLimit = OursSettings.Concurrency;
                    endpoint.UseCoordinationOutbox(context);
                    configure(endpoint);
                }
            );
    }
}
