using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Persistence;

/// <summary>What happens to every message that arrives, in order. This list is the pipeline.</summary>
public static class EndpointPipeline
{
    /// <summary>The steps in words, as the program prints them.</summary>
    public static IReadOnlyList<PipelineStep> Steps { get; } =
    [
        new(
            "Guard",
            "sender, addresses, size, contract, version, JSON, rules, envelope, deadline, hops, deliveries; parks what fails, never runs the handler"
        ),
        new("ParkSkipped", "a known message at the wrong endpoint is parked"),
        new("ParkFaulted", "a handler that failed for good: the message is parked under a code and an incident id"),
        new("WaitForDatabase", "while the database is away the message waits and is tried again, up to 20 minutes"),
        new("RetryConflict", "two messages met on the same rows: tried again at once, up to 8 times"),
        new("OutboxScheduler", "timers of the handler become outbox rows with a due time"),
        new("UnitOfWork", "handler; its state, outgoing messages and timers are collected; what came before asks the inbox first"),
        new("Handler", "saga or consumer"),
        new(
            "Commit",
            "inbox row and all that was collected in one round trip, together with what commits at the moment; a duplicate has no effect; then the messages leave"
        ),
    ];

    /// <summary>Puts the pipeline around everything that is configured on the endpoint after it.</summary>
    internal static void UseCoordinationPipeline(this IReceiveEndpointConfigurator endpoint, IBusRegistrationContext context)
    {
        endpoint.ConfigureReceive(pipe => pipe.UseFilter(context.GetRequiredService<Guard>()));
        endpoint.UsePlainPipeline(context);
    }

    /// <summary>The same without the guard, for messages that are no contracts of ours.</summary>
    internal static void UsePlainPipeline(this IReceiveEndpointConfigurator endpoint, IBusRegistrationContext context)
    {
        endpoint.ConfigureDeadLetter(pipe => pipe.UseFilter(new ParkSkipped(context.GetRequiredService<Parking>())));
        endpoint.ConfigureError(pipe => pipe.UseFilter(context.GetRequiredService<ParkFaulted>()));
        endpoint.PublishFaults = false;
        endpoint.UseCoordinationOutbox(context);
    }

    /// <summary>
    /// Retries, scheduler and unit of work for an endpoint of a plain MassTransit program; call it before the consumers and sagas are configured, as
    /// <c>UseEntityFrameworkOutbox</c>.
    /// </summary>
    public static void UseCoordinationOutbox(this IReceiveEndpointConfigurator endpoint, IRegistrationContext context)
    {
        endpoint.UseMessageRetry(retry =>
        {
            retry.Handle<Exception>(Faults.IsDatabaseAway);
            retry.Exponential(260, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(200));
        });
        endpoint.UseMessageRetry(retry =>
        {
            retry.Handle<Exception>(Faults.IsConflict);
            retry.Intervals(5, 10, 20, 50, 100, 200, 500, 1_000);
        });
        ((IPipeConfigurator<ConsumeContext>)endpoint).UseFilter(new OutboxSchedulerFilter(context.GetRequiredService<ITimers>()));

        var observer = new UnitOfWorkObserver(endpoint, context);
        endpoint.ConnectConsumerConfigurationObserver(observer);
        endpoint.ConnectSagaConfigurationObserver(observer);
    }
}

/// <summary>A step of the consume pipeline in words.</summary>
public sealed record PipelineStep(string Name, string What);
