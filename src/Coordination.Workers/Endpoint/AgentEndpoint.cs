using Coordination.Persistence;
using MassTransit;

namespace Coordination.Workers;

/// <summary>The queue <c>agent-&lt;type&gt;</c>.</summary>
internal sealed class AgentEndpoint(AgentRegistration agent, StepIntake intake, WorkerStop stop, WorkerOptions options, TimeProvider time)
    : IEndpointContribution
{
    public string Name => Wire.AgentEndpoint(agent.Type);

    /// <summary>As many may wait for a slot as run; inline agents run in the delivery itself.</summary>
    public int ConcurrentMessageLimit => agent.Options.Inline ? agent.Options.Concurrency : PrefetchCount;

    public int PrefetchCount => agent.Options.PrefetchCount ?? agent.Options.Concurrency;

    public void Configure(IBusRegistrationContext context, IReceiveEndpointConfigurator endpoint)
    {
        if (!agent.Options.Inline)
        {
            ((IPipeConfigurator<ConsumeContext>)endpoint).UseFilter(new SlotFilter(agent, stop, options, time));
        }

        endpoint.Consumer(() => new StepConsumer(agent, intake));
    }
}
