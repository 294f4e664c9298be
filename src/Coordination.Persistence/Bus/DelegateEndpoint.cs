using MassTransit;

namespace Coordination.Persistence;

/// <summary>An endpoint given as a delegate.</summary>
internal sealed record DelegateEndpoint(
    string Name,
    Action<IBusRegistrationContext, IReceiveEndpointConfigurator> Body,
    int ConcurrentMessageLimit,
    int PrefetchCount,
    bool IsGuarded
) : IEndpointContribution
{
    public void Configure(IBusRegistrationContext context, IReceiveEndpointConfigurator endpoint) => Body(context, endpoint);
}
