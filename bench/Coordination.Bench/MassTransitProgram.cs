using Coordination.Bench.Ours;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.Bench;

/// <summary>What the MassTransit contenders have in common: the host and the endpoints.</summary>
internal static class MassTransitProgram
{
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
        Func<IServiceProvider, CancellationToken, Task> prepare,
        Action ready,
        CancellationToken ct
    )
    {
        using var host = builder.Build();
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

    /// <summary>The endpoints of a workload: the consumer of effects, or the saga and its worker.</summary>
    public static IEnumerable<(string Queue, Action<IBusRegistrationContext, IReceiveEndpointConfigurator> Configure)> Endpoints(
        Workload workload
    ) =>
        workload == Workload.Effect
            ? [(Queues.Effect, (context, endpoint) => endpoint.ConfigureConsumer<EffectConsumer>(context))]
            :
            [
                (Queues.Saga, (context, endpoint) => endpoint.ConfigureSaga<FiveStepsState>(context)),
                (Queues.Steps, (context, endpoint) => endpoint.ConfigureConsumer<StepConsumer>(context)),
            ];

    /// <summary>Listens with MassTransit's own receive loop.</summary>
    public static void Listen(
        this IRabbitMqBusFactoryConfigurator rabbit,
        string queue,
        int concurrency,
        int prefetch,
        Action<IReceiveEndpointConfigurator> configure
    ) =>
        rabbit.ReceiveEndpoint(
            queue,
            endpoint =>
            {
                endpoint.ConfigureConsumeTopology = false;
                endpoint.SetQuorumQueue();
                endpoint.PrefetchCount = prefetch;
                endpoint.ConcurrentMessageLimit = concurrency;
                configure(endpoint);
            }
        );
}
