using MassTransit.RabbitMqTransport.Configuration;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.Persistence;

/// <summary>
/// Sends stored messages: on RabbitMQ with a publisher of our own; what only MassTransit knows how to route (its published events, queues it creates on
/// the first send) and every other transport through the bus; and to endpoints of this process where there is no broker.
/// </summary>
internal sealed class TransportSender(
    IServiceProvider services,
    LocalEndpoints endpoints,
    TimeProvider clock,
    ILogger<RabbitPublisher> logger
) : IOutboxSender, IHostedService, IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private BusSender? bus;
    private RabbitPublisher? rabbit;
    private Task running = Task.CompletedTask;

    /// <summary>Everything stays inside this process, and its endpoints are ours.</summary>
    private bool isLocal;

    private bool wasReady;

    /// <summary>Ready for the first time when every endpoint of this process is, the bus' own too; from then on when the way to the broker is open.</summary>
    public bool IsReady
    {
        get
        {
            if (isLocal || bus is null)
            {
                // At the end nothing is taken any more: that is no refusal.
                return isLocal && !endpoints.IsClosed;
            }

            if (!wasReady || rabbit is null)
            {
                wasReady = endpoints.AreDeclared && bus.IsReady;
            }

            return wasReady && rabbit?.IsReady != false;
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        endpoints.Build();
        var instance = services.GetRequiredService<IBusInstance>();
        bus = new BusSender(instance.BusControl, services.GetRequiredService<IUnitOfWorkFactory>().Dialect.IsEmbedded);
        if (instance.HostConfiguration is IRabbitMqHostConfiguration { Settings: { } settings })
        {
            rabbit = new RabbitPublisher(settings.Username, clock);
            var link = new RabbitLink(settings, "publishing", clock, logger);
            running = Task.Run(() => link.RunAsync(rabbit.RunAsync, stopping.Token), CancellationToken.None);
        }
        else
        {
            isLocal = endpoints.All.Count > 0;
        }

        return Task.CompletedTask;
    }

    /// <summary>The relay ends before this and has let its messages leave.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => stopping.Dispose();

    public async Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        using var span = DeliverySpan.Start(message);
        message = span.Carry(message);
        if (rabbit is not null)
        {
            if (Exchange(message) is { } exchange)
            {
                try
                {
                    await rabbit.PublishAsync(exchange, message).ConfigureAwait(false);
                    return;
                }
                catch (UnknownExchangeException e) when (IsContract(message))
                {
                    if (message.Mandatory)
                    {
                        throw new UndeliverableException($"{e.Message} Is {message.Destination} the name of an endpoint that runs?", e);
                    }

                    // An event nobody has ever subscribed to.
                    return;
                }
                catch (UnknownExchangeException)
                {
                    // MassTransit makes exchanges and queues at the first send.
                }
            }
        }
        else if (isLocal)
        {
            SendLocally(message);
            return;
        }

        await bus!.SendAsync(message, cancellationToken).ConfigureAwait(false);
    }

    private void SendLocally(OutgoingMessage message)
    {
        if (endpoints.Find(Wire.EndpointOf(message.Destination)) is { } endpoint)
        {
            endpoint.Arrive(
                new HandedOver(new OutboxRow { Id = 0, Message = message }, endpoint.Name, static (_, _) => { }) { CameBefore = true }
            );
        }
        else if (message.Mandatory)
        {
            throw new UndeliverableException($"There is no endpoint {message.Destination} in this process.");
        }
    }

    /// <summary>The exchange, where publishing to it is all there is to do; null for what the bus must route.</summary>
    private static string? Exchange(OutgoingMessage message)
    {
        if (IsContract(message))
        {
            return message.Destination["exchange:".Length..];
        }

        // The bus' own addresses: rabbitmq://host/virtual-host/name. Published events need its publish topology, options its topology.
        return
            message.Mandatory
            && message.Destination.StartsWith("rabbitmq", StringComparison.Ordinal)
            && !message.Destination.Contains('?', StringComparison.Ordinal)
            ? Uri.UnescapeDataString(Wire.EndpointOf(message.Destination))
            : null;
    }

    private static bool IsContract(OutgoingMessage message) =>
        message.Destination.StartsWith("exchange:", StringComparison.Ordinal)
        && !message.Destination.Contains('?', StringComparison.Ordinal);
}
