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
    public void ConsumerConfigured<TConsumer>(IConsumerConfigurator<TConsumer> configurator)
        where TConsumer : class { }

    public void ConsumerMessageConfigured<TConsumer, TMessage>(IConsumerMessageConfigurator<TConsumer, TMessage> configurator)
        where TConsumer : class
        where TMessage : class =>
        Add<TConsumer, TMessage>((IConsumerMessageConfigurator<TMessage>)configurator, new OutboxConsumeOptions());

    public void SagaConfigured<TSaga>(ISagaConfigurator<TSaga> configurator)
        where TSaga : class, ISaga { }

    public void StateMachineSagaConfigured<TInstance>(ISagaConfigurator<TInstance> configurator, SagaStateMachine<TInstance> stateMachine)
        where TInstance : class, ISaga, SagaStateMachineInstance { }

    public void SagaMessageConfigured<TSaga, TMessage>(ISagaMessageConfigurator<TSaga, TMessage> configurator)
        where TSaga : class, ISaga
        where TMessage : class => Add<TSaga, TMessage>((ISagaMessageConfigurator<TMessage>)configurator, new OutboxConsumeOptions());

    private void Add<T, TMessage>(IPipeConfigurator<ConsumeContext<TMessage>> pipe, OutboxConsumeOptions options)
        where TMessage : class
    {
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
