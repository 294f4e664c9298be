using System.Data.Common;
using Coordination.Persistence;

namespace Coordination.Simulation;

/// <summary>A unit of work that passes everything on, for bugs to change one thing of it.</summary>
internal abstract class WrappedWork(IUnitOfWork inner) : IUnitOfWork
{
    public SqlDialect Dialect => inner.Dialect;

    protected IUnitOfWork Inner => inner;

    public virtual ValueTask<bool> BeginAsync(CancellationToken cancellationToken = default) => inner.BeginAsync(cancellationToken);

    public virtual ValueTask<IReadOnlyList<T>> QueryAsync<T>(
        Statement statement,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken = default
    ) => inner.QueryAsync(statement, read, cancellationToken);

    public virtual ValueTask<T?> LoadAsync<T>(KeyedRead<T> read, Guid id, CancellationToken cancellationToken = default)
        where T : class => inner.LoadAsync(read, id, cancellationToken);

    public virtual bool IsDuplicate => inner.IsDuplicate;

    public void HandOn<T>(KeyedRead<T> read, Guid id, T? row)
        where T : class => inner.HandOn(read, id, row);

    public virtual void Execute(Statement statement) => inner.Execute(statement);

    public virtual void Send(OutgoingMessage message) => inner.Send(message);

    public virtual void CancelTimer(Guid token) => inner.CancelTimer(token);

    public virtual void MoveTimer(Guid token, TimeSpan delay) => inner.MoveTimer(token, delay);

    public ValueTask<DbTransaction> GetTransactionAsync(CancellationToken cancellationToken = default) =>
        inner.GetTransactionAsync(cancellationToken);

    public void OnCommitted(Action action) => inner.OnCommitted(action);

    public virtual Task CommitAsync(CancellationToken cancellationToken = default) => inner.CommitAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

/// <summary>A store whose units of work are wrapped.</summary>
internal sealed class WrappedUnits(IUnitOfWorkFactory inner, Func<InboxKey?, bool, IUnitOfWork> create) : IUnitOfWorkFactory
{
    public SqlDialect Dialect => inner.Dialect;

    public IUnitOfWork Create(InboxKey? inbox = null, bool alone = false) => create(inbox, alone);

    public void Together<T>(IReadOnlyList<T> items, Action<T> start) => inner.Together(items, start);

    public Task<IReadOnlyList<T>> QueryAsync<T>(
        Statement statement,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken = default
    ) => inner.QueryAsync(statement, read, cancellationToken);

    public Task<int> ExecuteAsync(Statement statement, CancellationToken cancellationToken = default) =>
        inner.ExecuteAsync(statement, cancellationToken);
}

/// <summary>An outbox table that passes everything on.</summary>
internal abstract class WrappedStore(IOutboxStore inner) : IOutboxStore
{
    protected IOutboxStore Inner => inner;

    public virtual Task<IReadOnlyList<OutboxRow>> ClaimDueAsync(int limit, TimeSpan lease, CancellationToken cancellationToken) =>
        inner.ClaimDueAsync(limit, lease, cancellationToken);

    public Task<TimeSpan?> NextDueAsync(CancellationToken cancellationToken) => inner.NextDueAsync(cancellationToken);

    public Task<bool> HasOlderAsync(Guid groupId, long id, CancellationToken cancellationToken) =>
        inner.HasOlderAsync(groupId, id, cancellationToken);

    public Task DeleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => inner.DeleteAsync(ids, cancellationToken);

    public virtual Task HandedOverAsync(IReadOnlyList<long> ids, TimeSpan lease, CancellationToken cancellationToken) =>
        inner.HandedOverAsync(ids, lease, cancellationToken);

    public virtual Task PostponeAsync(
        IReadOnlyList<long> ids,
        string error,
        TimeSpan delay,
        bool counts,
        CancellationToken cancellationToken
    ) => inner.PostponeAsync(ids, error, delay, counts, cancellationToken);

    public Task ParkAsync(long id, string reason, string detail, CancellationToken cancellationToken) =>
        inner.ParkAsync(id, reason, detail, cancellationToken);

    public Task<int> RecoverHandedOverAsync(CancellationToken cancellationToken) => inner.RecoverHandedOverAsync(cancellationToken);

    public Task<OutboxFigures> FiguresAsync(CancellationToken cancellationToken) => inner.FiguresAsync(cancellationToken);
}
