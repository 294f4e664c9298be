using System.Collections.Concurrent;
using MassTransit;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coordination.Persistence;

/// <summary>
/// The endpoints of this process, made once from its <see cref="IEndpointContribution"/>s. MassTransit builds their receive pipes; receiving is ours.
/// </summary>
internal sealed class LocalEndpoints(IServiceProvider services)
{
    private readonly ConcurrentDictionary<string, LocalEndpoint> endpoints = new(StringComparer.Ordinal);
    private volatile bool closed;
    private volatile bool declared;
    private bool built;

    public IReadOnlyCollection<LocalEndpoint> All => [.. endpoints.Values];

    /// <summary>The endpoint, if it is in this process and takes messages; null otherwise.</summary>
    public LocalEndpoint? Find(string name) => closed ? null : endpoints.GetValueOrDefault(name);

    /// <summary>Declaring their queues was tried: what this process sends them can be routed, or waits with its reason.</summary>
    public bool AreDeclared
    {
        get => declared;
        set => declared = value;
    }

    /// <summary>From now on nothing is handed over.</summary>
    public void Close() => closed = true;

    public bool IsClosed => closed;

    /// <summary>Makes the endpoints, once; a mistake in their configuration shows here.</summary>
    /// <exception cref="ConfigurationException">An endpoint's configuration is not valid.</exception>
    public void Build()
    {
        if (built)
        {
            return;
        }

        built = true;
        var units = services.GetRequiredService<IUnitOfWorkFactory>();
        var logger = services.GetRequiredService<ILogger<LocalEndpoint>>();
        var host = services.GetRequiredService<IBusInstance>().HostConfiguration;
        var context = services.GetRequiredService<IBusRegistrationContext>();
        foreach (var contribution in services.GetServices<IEndpointContribution>())
        {
            if (endpoints.ContainsKey(contribution.Name))
            {
                throw new ConfigurationException(
                    $"There are two endpoints of the name {contribution.Name}: put their consumers and sagas into one."
                );
            }

            if (contribution.ConcurrentMessageLimit < 1)
            {
                throw new ConfigurationException(
                    $"Endpoint {contribution.Name} handles {contribution.ConcurrentMessageLimit} messages at a time; it must be 1 or more."
                );
            }

            var configuration = host.CreateReceiveEndpointConfiguration(
                contribution.Name,
                endpoint =>
                {
                    endpoint.ConfigureConsumeTopology = false;
                    RabbitMqTopology.Configure(endpoint, services.GetService<RabbitMqOptions>());
                    if (contribution.IsGuarded)
                    {
                        endpoint.UseCoordinationPipeline(context);
                    }
                    else
                    {
                        endpoint.UsePlainPipeline(context);
                    }

                    contribution.Configure(context, endpoint);
                }
            );
            var faults = configuration.Validate().Where(result => result.Disposition == ValidationResultDisposition.Failure).ToList();
            if (faults.Count > 0)
            {
                throw new ConfigurationException(
                    $"Endpoint {contribution.Name} is not valid: {string.Join("; ", faults.Select(fault => $"{fault.Key} {fault.Message}"))}"
                );
            }

            endpoints[contribution.Name] = new LocalEndpoint(
                contribution.Name,
                contribution.ConcurrentMessageLimit,
                contribution.PrefetchCount,
                configuration.CreateReceiveEndpointContext(),
                units,
                services.GetRequiredService<TimeProvider>(),
                logger
            );
        }
    }
}
