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
}

/// <summary>Makes units of work.</summary>
public interface IUnitOfWorkFactory
{
    SqlDialect Dialect { get; }

    /// <summary>A unit of work; with an inbox key its effects happen at most once per key.</summary>
    IUnitOfWork Create(InboxKey? inbox = null);

    /// <summary>Runs a read outside any unit of work (autocommit).</summary>
    Task<IReadOnlyList<T>> QueryAsync<T>(Statement statement, Func<DbDataReader, T> read, CancellationToken cancellationToken = default);

    /// <summary>Runs one write in its own transaction and returns the number of rows touched.</summary>
    Task<int> ExecuteAsync(Statement statement, CancellationToken cancellationToken = default);
}
