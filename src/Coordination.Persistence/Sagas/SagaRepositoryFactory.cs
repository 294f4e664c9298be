using MassTransit;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;

namespace Coordination.Persistence;

/// <summary>
/// The saga repository on the unit of work: opening the transaction, the inbox row and the locked read of the saga row are one round trip;
/// the write goes with the commit.
/// </summary>
internal sealed class SagaRepositoryFactory<TSaga>(
    IUnitOfWorkFactory units,
    SagaModel<TSaga> model,
    ISagaConsumeContextFactory<IUnitOfWork, TSaga> contexts
) : ISagaRepositoryContextFactory<TSaga>, IQuerySagaRepositoryContextFactory<TSaga>, ILoadSagaRepositoryContextFactory<TSaga>
    where TSaga : class, ISaga
{
    public Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<TSaga, T>> next)
        where T : class =>
        InUnit(
            context,
            async work =>
            {
                var id = context.CorrelationId!.Value;
                var read = new Dictionary<Guid, TSaga>(1);
                if (await work.LoadAsync(model.Map.Row, id, context.CancellationToken).ConfigureAwait(false) is { } saga)
                {
                    read[id] = saga;
                }

                Failpoint.Hit(Failpoints.SagaLocked);
                await next.Send(new UnitOfWorkSagaContext<TSaga, T>(context, work, model.Map, contexts, read)).ConfigureAwait(false);
                Failpoint.Hit(Failpoints.SagaMoved);
            }
        );

    public Task SendQuery<T>(ConsumeContext<T> context, ISagaQuery<TSaga> query, IPipe<SagaRepositoryQueryContext<TSaga, T>> next)
        where T : class =>
        InUnit(
            context,
            async work =>
            {
                // The query reads without locks; each match is then read again under its lock, in id order, so that two queries cannot deadlock.
                var ids = await Find(query, context.CancellationToken).ConfigureAwait(false);
                var read = await Read(work, ids, context.CancellationToken).ConfigureAwait(false);
                var matches = read.Values.Where(query.FilterExpression.Compile()).ToList();
                var repository = new UnitOfWorkSagaContext<TSaga, T>(context, work, model.Map, contexts, read);
                await next.Send(new LoadedSagaRepositoryQueryContext<TSaga, T>(repository, matches)).ConfigureAwait(false);
            }
        );

    public Task<T> Execute<T>(Func<LoadSagaRepositoryContext<TSaga>, Task<T>> asyncMethod, CancellationToken cancellationToken = default)
        where T : class => asyncMethod(new Reader(units, model, Find, cancellationToken));

    public Task<T> Execute<T>(Func<QuerySagaRepositoryContext<TSaga>, Task<T>> asyncMethod, CancellationToken cancellationToken = default)
        where T : class => asyncMethod(new Reader(units, model, Find, cancellationToken));

    public void Probe(ProbeContext context) => context.Add("persistence", "coordination");

    private async Task InUnit<T>(ConsumeContext<T> context, Func<IUnitOfWork, Task> body)
        where T : class
    {
        if (context.TryGetPayload<IUnitOfWork>(out var around))
        {
            await body(around).ConfigureAwait(false);
            return;
        }

        // No unit of work around the endpoint: one of its own, without an inbox.
        await using var work = units.Create();
        await body(work).ConfigureAwait(false);
        await work.CommitAsync(context.CancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyDictionary<Guid, TSaga>> Read(
        IUnitOfWork work,
        IReadOnlyList<Guid> ids,
        CancellationToken cancellationToken
    )
    {
        var read = new Dictionary<Guid, TSaga>(ids.Count);
        foreach (var id in ids.Order())
        {
            foreach (var saga in await work.QueryAsync(model.Map.Load(id), model.Map.Read, cancellationToken).ConfigureAwait(false))
            {
                read[id] = saga;
            }
        }

        return read;
    }

    private async Task<IReadOnlyList<Guid>> Find(ISagaQuery<TSaga> query, CancellationToken cancellationToken)
    {
        await using var db = model.CreateContext();
        return await db.Set<TSaga>()
            .AsNoTracking()
            .Where(query.FilterExpression)
            .Select(s => s.CorrelationId)
            .ToListAsync(cancellationToken)
            .ConfigureAwait(false);
    }

    private sealed class Reader(
        IUnitOfWorkFactory units,
        SagaModel<TSaga> model,
        Func<ISagaQuery<TSaga>, CancellationToken, Task<IReadOnlyList<Guid>>> find,
        CancellationToken cancellationToken
    ) : MassTransit.Middleware.BasePipeContext(cancellationToken), QuerySagaRepositoryContext<TSaga>, LoadSagaRepositoryContext<TSaga>
    {
        public async Task<TSaga> Load(Guid correlationId)
        {
            var rows = await units.QueryAsync(model.Map.Peek(correlationId), model.Map.Read, CancellationToken).ConfigureAwait(false);
            return rows.Count == 0 ? null! : rows[0];
        }

        public async Task<SagaRepositoryQueryContext<TSaga>> Query(
            ISagaQuery<TSaga> query,
            CancellationToken cancellationToken = default
        ) => new DefaultSagaRepositoryQueryContext<TSaga>(this, [.. await find(query, cancellationToken).ConfigureAwait(false)]);
    }
}
