using Coordination.Bench.Ours;
using MassTransit;

namespace Coordination.Bench.BusOnly;

/// <summary>
/// The same consumers and the same saga on the bus alone: sagas in memory, no inbox, no outbox, no business row. A crash loses
/// sagas and a redelivery does its work twice; it shows what the bus itself costs.
/// </summary>
internal static class BusOnlyProgram
{
    // Best of 16, 64, 128 and 256; see docs/benchmarks.md.
    private static readonly int Concurrency = Tuning.Read("BENCH_BUS_CONCURRENCY", 256);
    private static readonly int Prefetch = Tuning.Read("BENCH_BUS_PREFETCH", 256);

    public static Task RunAsync(WorkerSettings settings, Action ready, CancellationToken ct)
    {
        var builder = MassTransitProgram.CreateBuilder();
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddConsumer<EffectConsumer>();
            bus.AddConsumer<StepConsumer>();
            bus.AddSagaStateMachine<FiveSteps, FiveStepsState>().InMemoryRepository();
            bus.UsingRabbitMq(
                (context, rabbit) =>
                {
                    rabbit.Host(settings.Broker);
                    foreach (var (queue, configure) in MassTransitProgram.Endpoints(settings.Workload))
                        rabbit.Listen(queue, Concurrency, Prefetch, endpoint => configure(context, endpoint));
                }
            );
        });
        return MassTransitProgram.RunAsync(builder, (_, _) => Task.CompletedTask, ready, ct);
    }
}
