using MassTransit;
using MassTransit.Context;
using MassTransit.Saga;

namespace Coordination.Persistence;

/// <summary>One saga instance inside one unit of work: it is read with the row lock and written with the commit.</summary>
internal sealed class UnitOfWorkSagaContext<TSaga, T> : ConsumeContextScope<T>, SagaRepositoryContext<TSaga, T>
    where TSaga : class, ISaga
    where T : class
{
    private readonly ConsumeContext<T> context;
    private readonly IUnitOfWork work;
    private readonly SagaMap<TSaga> map;
    private readonly ISagaConsumeContextFactory<IUnitOfWork, TSaga> factory;
    private readonly IReadOnlyDictionary<Guid, TSaga> read;

    public UnitOfWorkSagaContext(
        ConsumeContext<T> context,
        IUnitOfWork work,
        SagaMap<TSaga> map,
        ISagaConsumeContextFactory<IUnitOfWork, TSaga> factory,
        IReadOnlyDictionary<Guid, TSaga> read
    )
        : base(context, work)
    {
        this.context = context;
        this.work = work;
        this.map = map;
        this.factory = factory;
        this.read = read;
    }

    public Task<SagaConsumeContext<TSaga, T>> Add(TSaga instance) =>
        factory.CreateSagaConsumeContext(work, context, instance, SagaConsumeContextMode.Add);

    public Task<SagaConsumeContext<TSaga, T>> Insert(TSaga instance)
    {
        // Two first messages may race: the loser's commit fails on the key, is tried again and finds the row.
        return read.ContainsKey(instance.CorrelationId)
            ? Task.FromResult<SagaConsumeContext<TSaga, T>>(null!)
            : factory.CreateSagaConsumeContext(work, context, instance, SagaConsumeContextMode.Add);
    }

    public async Task<SagaConsumeContext<TSaga, T>> Load(Guid correlationId)
    {
        if (!read.TryGetValue(correlationId, out var saga))
        {
            return null!;
        }

        return await factory.CreateSagaConsumeContext(work, context, saga, SagaConsumeContextMode.Load).ConfigureAwait(false);
    }

    public Task Save(SagaConsumeContext<TSaga> context) => Write(map.Insert(context.Saga), context.Saga, isGone: false);

    public Task Update(SagaConsumeContext<TSaga> context) => Write(map.Update(context.Saga), context.Saga, isGone: false);

    public Task Delete(SagaConsumeContext<TSaga> context) =>
        Write(map.Delete(context.Saga, context.Saga.CorrelationId), context.Saga, isGone: true);

    public Task Discard(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task Undo(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task<SagaConsumeContext<TSaga, TMessage>> CreateSagaConsumeContext<TMessage>(
        ConsumeContext<TMessage> consumeContext,
        TSaga instance,
        SagaConsumeContextMode mode
    )
        where TMessage : class => factory.CreateSagaConsumeContext(work, consumeContext, instance, mode);

    private Task Write(Statement statement, TSaga saga, bool isGone)
    {
        work.Execute(statement);
        work.HandOn(map.Row, saga.CorrelationId, isGone ? null : saga);
        return Task.CompletedTask;
    }
}
