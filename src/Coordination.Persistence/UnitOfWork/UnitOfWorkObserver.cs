using System.Security.Cryptography;
using System.Text;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.DependencyInjection;
using MassTransit.Middleware;

namespace Coordination.Persistence;

/// <summary>Puts the unit of work around every consumer and saga message of an endpoint that is configured after it.</summary>
internal sealed class UnitOfWorkObserver(IReceiveEndpointConfigurator endpoint, IRegistrationContext context)
    : IConsumerConfigurationObserver,
        ISagaConfigurationObserver
{
    private readonly List<UnitOfWorkOptions> all = [];

    public void ConsumerConfigured<TConsumer>(IConsumerConfigurator<TConsumer> configurator)
        where TConsumer : class { }

    public void ConsumerMessageConfigured<TConsumer, TMessage>(IConsumerMessageConfigurator<TConsumer, TMessage> configurator)
        where TConsumer : class
        where TMessage : class =>
        Add<TConsumer, TMessage>((IConsumerMessageConfigurator<TMessage>)configurator, new UnitOfWorkOptions(typeof(TMessage)));

    public void SagaConfigured<TSaga>(ISagaConfigurator<TSaga> configurator)
        where TSaga : class, ISaga { }

    public void StateMachineSagaConfigured<TInstance>(ISagaConfigurator<TInstance> configurator, SagaStateMachine<TInstance> stateMachine)
        where TInstance : class, ISaga, SagaStateMachineInstance { }

    public void SagaMessageConfigured<TSaga, TMessage>(ISagaMessageConfigurator<TSaga, TMessage> configurator)
        where TSaga : class, ISaga
        where TMessage : class =>
        Add<TSaga, TMessage>((ISagaMessageConfigurator<TMessage>)configurator, new UnitOfWorkOptions(typeof(TMessage)));

    private void Add<T, TMessage>(IPipeConfigurator<ConsumeContext<TMessage>> pipe, UnitOfWorkOptions options)
        where TMessage : class
    {
        foreach (var other in all.Where(other => other.MeetsIn(options)))
        {
            (other.IsShared, options.IsShared) = (true, true);
        }

        all.Add(options);
        var name = Wire.EndpointOf(endpoint.InputAddress.ToString());
        options.ConsumerId = ConsumerId(name, typeof(T), typeof(TMessage));
        options.ConsumerType = typeof(T).Name;
        pipe.AddPipeSpecification(
            new FilterPipeSpecification<ConsumeContext<TMessage>>(
                new OutboxConsumeFilter<CoordinationOutbox, TMessage>(
                    new ConsumeScopeProvider(context, (ISetScopedConsumeContext)context),
                    options
                )
            )
        );
    }

    /// <summary>
    /// The inbox key of a consumer: endpoint, consumer and message names. Renaming one of them starts a new memory, so names are part of
    /// the contract of an endpoint.
    /// </summary>
    internal static Guid ConsumerId(string endpoint, Type consumer, Type message) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{endpoint}|{consumer.FullName}|{message.FullName}")).AsSpan(0, 16));
}

/// <summary>One consumer or saga of an endpoint and one type of message.</summary>
internal sealed class UnitOfWorkOptions(Type message) : OutboxConsumeOptions
{
    /// <summary>Another consumer of the endpoint takes the same message: it is not done when this one's unit of work has committed.</summary>
    public bool IsShared { get; set; }

    public bool MeetsIn(UnitOfWorkOptions other) => message.IsAssignableFrom(other.Message) || other.Message.IsAssignableFrom(message);

    private Type Message => message;
}
