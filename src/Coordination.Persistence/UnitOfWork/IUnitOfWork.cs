using System.Data.Common;

namespace Coordination.Persistence;

/// <summary>
/// One database transaction: the inbox row of the message that caused it, state changes, outgoing messages, timers. Writes are collected
/// and go to the database together with the COMMIT; after it the messages leave. Not thread safe.
/// </summary>
public interface IUnitOfWork : IAsyncDisposable
{
    SqlDialect Dialect { get; }

    /// <summary>
    /// Opens the transaction and inserts the inbox row, if that has not happened yet. Returns false when the message was handled before
    /// (nothing may be done then but <see cref="CommitAsync"/>, which settles the duplicate). Safe to call repeatedly.
    /// </summary>
    ValueTask<bool> BeginAsync(CancellationToken cancellationToken = default);

    /// <summary>Runs a query inside the transaction, opening it in the same round trip when needed. Throws when the message is a duplicate.</summary>
    ValueTask<IReadOnlyList<T>> QueryAsync<T>(
        Statement statement,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Reads one row in order to change it; null when there is none. Either the row is held until the end of the transaction, or (when this unit commits
    /// together with others) it is not, and the write's version check finds out at the commit: the write needs one, with <see cref="Statement.MustAffect"/>.
    /// </summary>
    ValueTask<T?> LoadAsync<T>(KeyedRead<T> read, Guid id, CancellationToken cancellationToken = default)
        where T : class;

    /// <summary>
    /// Says what the row got by <see cref="LoadAsync"/> is after the commit, as its version-checked write (<see cref="Execute"/>) makes it. The next unit of
    /// work of this process that waits for the row may have it from here instead of the database, and commit behind this one in the same transaction.
    /// </summary>
    /// <param name="read">How the row was got.</param>
    /// <param name="id">Its key.</param>
    /// <param name="row">It is copied; null: it is gone then.</param>
    void HandOn<T>(KeyedRead<T> read, Guid id, T? row)
        where T : class;

    /// <summary>The message was handled before. Known after <see cref="BeginAsync"/>, a query or the commit, whichever came first.</summary>
    bool IsDuplicate { get; }

    /// <summary>Adds a write that runs with the commit, in the order of the calls.</summary>
    void Execute(Statement statement);

    /// <summary>Adds a message that leaves after the commit, or at its due time.</summary>
    void Send(OutgoingMessage message);

    /// <summary>Removes a pending timer with the commit. Does nothing when it has fired or never was.</summary>
    void CancelTimer(Guid token);

    /// <summary>Gives a pending timer another due time with the commit: <paramref name="delay"/> from now by the database clock.</summary>
    void MoveTimer(Guid token, TimeSpan delay);

    /// <summary>
    /// The open transaction, for code that brings its own commands (a DbContext, Dapper). Opens it when needed.
    /// </summary>
    ValueTask<DbTransaction> GetTransactionAsync(CancellationToken cancellationToken = default);

    /// <summary>Called after a successful commit; used for things that must not happen otherwise.</summary>
    void OnCommitted(Action action);

    /// <summary>
    /// Writes everything and commits. Throws <see cref="GuardFailedException"/> when a guarded statement touched nothing. When the outcome of
    /// the COMMIT is unknown the provider's exception is thrown and no message leaves from memory: redelivery and the inbox settle it.
    /// </summary>
    Task CommitAsync(CancellationToken cancellationToken = default);
}

/// <summary>Identifies one handling of one message: the message and the consumer that handles it.</summary>
public readonly record struct InboxKey(Guid ConsumerId, Guid MessageId)
{
    /// <summary>The endpoint the message arrived at, for example <c>agent-refund</c>; embedded mode settles the outbox row by it.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The outbox row by which the message came to an endpoint of this process; the commit deletes it.</summary>
    public long? HandedOver { get; init; }
}

/// <summary>Makes units of work.</summary>
public interface IUnitOfWorkFactory
{
    SqlDialect Dialect { get; }

    /// <summary>A unit of work; with an inbox key its effects happen at most once per key.</summary>
    /// <param name="inbox">The message that causes it.</param>
    /// <param name="alone">
    /// Its own transaction with row locks, for a second try after a conflict. Otherwise it may be committed together with others.
    /// </param>
    IUnitOfWork Create(InboxKey? inbox = null, bool alone = false);

    /// <summary>
    /// Starts pieces of work that have come at the same time, each with a unit of work of its own, so that they are read for and committed together where that
    /// is possible. <paramref name="start"/> returns at its first wait and must not throw.
    /// </summary>
    void Together<T>(IReadOnlyList<T> items, Action<T> start);

    /// <summary>Runs a read outside any unit of work (autocommit).</summary>
    Task<IReadOnlyList<T>> QueryAsync<T>(Statement statement, Func<DbDataReader, T> read, CancellationToken cancellationToken = default);

    /// <summary>Runs one write in its own transaction and returns the number of rows touched.</summary>
    Task<int> ExecuteAsync(Statement statement, CancellationToken cancellationToken = default);
}
