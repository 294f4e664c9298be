using MassTransit;
using MassTransit.Clients;
using MassTransit.DependencyInjection;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using MassTransit.Transports;

namespace Coordination.Persistence;

/// <summary>
/// Messages sent outside a consumer, for example from a web request: collected in the scope and stored in one transaction with whatever
/// else is added to <see cref="Work"/>. Nothing leaves when the scope ends without a commit.
/// </summary>
public sealed class BusOutbox(IUnitOfWorkFactory units) : IAsyncDisposable
{
    private IUnitOfWork? work;

    /// <summary>The scope's unit of work: add statements, or take its transaction for a DbContext with <see cref="IUnitOfWork.GetTransactionAsync"/>.</summary>
    public IUnitOfWork Work => work ??= units.Create();

    /// <summary>Commits the messages and all that was added to <see cref="Work"/>; they leave after it. A later send starts a new unit.</summary>
    public async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        if (work is not { } unit)
        {
            return;
        }

        await unit.CommitAsync(cancellationToken).ConfigureAwait(false);
        work = null;
        await unit.DisposeAsync().ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => work?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>Chooses what a scope's send and publish endpoints write to: the consumer's unit of work, or the scope's own.</summary>
internal sealed class OutboxScopedBusContextProvider(
    IBus bus,
    BusOutbox outbox,
    Bind<IBus, IClientFactory> clients,
    IScopedConsumeContextProvider consuming,
    IServiceProvider services
) : IScopedBusContextProvider<IBus>
{
    public ScopedBusContext Context { get; } =
        consuming.HasContext
            ? new ConsumeContextScopedBusContext(consuming.GetContext(), clients.Value)
            : new OutboxScopedBusContext(bus, outbox, clients.Value, services);

    private sealed class OutboxScopedBusContext(IBus bus, BusOutbox outbox, IClientFactory clients, IServiceProvider services)
        : ScopedBusContext,
            OutboxSendContext
    {
        private ISendEndpointProvider? send;
        private IPublishEndpoint? publish;
        private IScopedClientFactory? client;

        public ISendEndpointProvider SendEndpointProvider => send ??= new OutboxSendEndpointProvider(this, bus);

        public IPublishEndpoint PublishEndpoint => publish ??= new PublishEndpoint(new OutboxPublishEndpointProvider(this, bus));

        public IScopedClientFactory ClientFactory =>
            client ??= new ScopedClientFactory(new ClientFactory(new ScopedClientFactoryContext(clients, services)), null);

        public Task AddSend<T>(SendContext<T> context)
            where T : class
        {
            outbox.Work.Send(context.ToOutgoing());
            return Task.CompletedTask;
        }

        public object? GetService(Type serviceType) => services.GetService(serviceType);
    }
}
