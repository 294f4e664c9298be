using MassTransit;

namespace Coordination.Persistence;

/// <summary>
/// A receive endpoint some part of the program wants: resolved from the container when the bus is made, so it may be registered before or
/// after <c>AddCoordination</c>. The pipeline around it (guard, parking, retry, unit of work) is the same for all.
/// </summary>
public interface IEndpointContribution
{
    /// <summary>Queue and exchange name, for example <c>agent-refund</c>.</summary>
    string Name { get; }

    /// <summary>Messages handled at the same time.</summary>
    int ConcurrentMessageLimit { get; }

    /// <summary>Unacknowledged messages the broker may send ahead.</summary>
    int PrefetchCount { get; }

    /// <summary>Messages are contracts of ours and go through the guard; false for the messages of a plain MassTransit program.</summary>
    bool IsGuarded => true;

    /// <summary>Adds consumers or sagas; called inside the pipeline.</summary>
    void Configure(IBusRegistrationContext context, IReceiveEndpointConfigurator endpoint);
}
