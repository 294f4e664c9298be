using Coordination.Bench.Ours;
using Coordination.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Bench.Runs;

/// <summary>The whole backbone in one process: runs and an inline agent.</summary>
internal static class RunsProgram
{
    public static Task RunAsync(WorkerSettings settings, Action ready, CancellationToken ct)
    {
        var builder = MassTransitProgram.CreateBuilder();
        builder.Services.AddCoordination(coordination =>
            coordination
                .UseRabbitMq(settings.Broker.AbsoluteUri)
                .UsePostgres(settings.Database)
                .AddRuns(runs =>
                {
                    runs.Concurrency = OursSettings.Concurrency;
                    runs.AgentTypes.Add(RunFormat.Agent);
                })
        );
        builder.Services.AddAgent<EchoAgent>(
            RunFormat.Agent,
            agent =>
            {
                agent.Inline = true;
                agent.Concurrency = OursSettings.Concurrency;
                agent.PrefetchCount = OursSettings.Prefetch;
            }
        );
        builder.Services.Configure<OutboxOptions>(options => OursSettings.Apply(options, settings.Workload));
        return MassTransitProgram.RunAsync(builder, MigrateAsync, ready, ct);
    }

    private static Task MigrateAsync(IServiceProvider services, CancellationToken ct) =>
        services.GetRequiredService<SchemaMigrator>().MigrateAsync(cancellationToken: ct);

    public static Check[] Checks { get; } =
    [
        new Check("completed runs", "select count(*) from coordination.run where status = 'Completed'", 1),
        new Check("outbox rows left", "select count(*) from coordination.outbox where token is null", 0),
        new Check("dead letters", "select count(*) from coordination.dead_letter", 0),
    ];
}
