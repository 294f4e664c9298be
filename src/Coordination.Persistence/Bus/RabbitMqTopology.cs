using MassTransit;

namespace Coordination.Persistence;

/// <summary>Queues as they must be for nothing to be lost: quorum, refusing instead of dropping, without a broker-side delivery limit.</summary>
internal static class RabbitMqTopology
{
    public static void Configure(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator cfg, RabbitMqOptions options)
    {
        Host(cfg, options);
        cfg.AddDeserializer(new ContractDeserializer());
    }

    /// <summary>The queue of an endpoint; nothing on another transport.</summary>
    public static void Configure(IReceiveEndpointConfigurator endpoint, RabbitMqOptions? options)
    {
        if (endpoint is not IRabbitMqReceiveEndpointConfigurator queue)
        {
            return;
        }

        queue.SetQuorumQueue(options?.QueueReplicas);
        queue.SetQueueArgument("x-overflow", "reject-publish");
        queue.SetQueueArgument("x-max-length", options?.QueueBound ?? RabbitMqOptions.DefaultQueueBound);
        // Deliveries are counted in our own table. RabbitMQ 4 would drop a message after 20, innocent ones of a killed process too.
        queue.SetQueueArgument("x-delivery-limit", 1_000_000);
    }

    private static void Host(IRabbitMqBusFactoryConfigurator cfg, RabbitMqOptions options)
    {
        var address = BrokerAddress.Parse(options.Uri);
        cfg.Host(
            address.Host,
            address.Port,
            address.VirtualHost,
            host =>
            {
                host.Username(address.User);
                host.Password(address.Password);
                host.Heartbeat(options.Heartbeat);
                host.RequestedConnectionTimeout(TimeSpan.FromSeconds(5));
                host.ContinuationTimeout(TimeSpan.FromSeconds(10));
                host.PublisherConfirmation = true;
                if (address.Tls)
                {
                    host.UseSsl(tls => tls.ServerName = address.Host);
                }

                if (address.Nodes.Count > 1)
                {
                    host.UseCluster(cluster =>
                    {
                        foreach (var node in address.Nodes)
                        {
                            cluster.Node(node);
                        }
                    });
                }
            }
        );
    }
}
