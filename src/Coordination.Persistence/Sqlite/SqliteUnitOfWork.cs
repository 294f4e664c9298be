using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Coordination.Persistence;

/// <summary>A turn of the one writer, from the first read or write to the commit. Never hold it while something slow runs.</summary>
internal sealed class SqliteUnitOfWork(SqliteStore store, InboxKey? inbox) : IUnitOfWork
{
    private readonly PendingChanges changes = new();
    private SqliteTransaction? transaction;
    private UnitOfWorkPhase phase;

    /// <summary>Null until the inbox row was tried; then whether the message is new.</summary>
    private bool? isNew = inbox is null ? true : null;

    public SqlDialect Dialect => store.Dialect;

    public bool IsDuplicate => isNew == false;

    public async ValueTask<T?> LoadAsync<T>(KeyedRead<T> read, Guid id, CancellationToken cancellationToken = default)
        where T : class
    {
        var rows = await QueryAsync(new Statement(read.Locked, ("id", id, ColumnKind.Uuid)), read.Read, cancellationToken);
        return rows.Count == 0 ? null : rows[0];
    }

    public async ValueTask<bool> BeginAsync(CancellationToken cancellationToken = default)
    {
        if (isNew is { } known)
        {
            return known;
        }

        await OpenAsync(cancellationToken);
        return isNew!.Value;
    }

    public async ValueTask<IReadOnlyList<T>> QueryAsync<T>(
        Statement statement,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken = default
    )
    {
        await OpenAsync(cancellationToken);
        ThrowIfDuplicate();
        try
        {
            return Read(statement, read);
        }
        catch
        {
            Close(UnitOfWorkPhase.Ended);
            throw;
        }
    }

    /// <summary>One writer at a time reads what it changes: nothing can be handed on.</summary>
    public void HandOn<T>(KeyedRead<T> read, Guid id, T? row)
        where T : class => phase.Usable();

    public void Execute(Statement statement)
    {
        phase.Usable();
        changes.Execute(statement);
    }

    public void Send(OutgoingMessage message)
    {
        phase.Usable();
        changes.Send(message);
    }

    public void CancelTimer(Guid token)
    {
        phase.Usable();
        changes.CancelTimer(token);
    }

    public void MoveTimer(Guid token, TimeSpan delay)
    {
        phase.Usable();
        changes.MoveTimer(token, delay);
    }

    public void OnCommitted(Action action) => changes.OnCommitted(action);

    public async ValueTask<DbTransaction> GetTransactionAsync(CancellationToken cancellationToken = default)
    {
        await OpenAsync(cancellationToken);
        ThrowIfDuplicate();
        return transaction!;
    }

    public async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        phase.Usable();
        if (phase is UnitOfWorkPhase.Idle && isNew == true && !changes.Any)
        {
            phase = UnitOfWorkPhase.Done;
            store.Announce(changes, [], []);
            return;
        }

        await OpenAsync(cancellationToken);
        var (ids, older) = (new List<long>(), new List<long>());
        try
        {
            if (Settlement.Of(Dialect, inbox) is { } settlement)
            {
                Run(settlement);
            }

            if (inbox?.HandedOver is { } row)
            {
                Run(HandOver.Delete(Dialect, row));
            }

            if (isNew == true)
            {
                Write(ids, older);
            }

            transaction!.Commit();
        }
        catch
        {
            Close(UnitOfWorkPhase.Ended);
            throw;
        }

        Close(UnitOfWorkPhase.Done);
        if (isNew == true)
        {
            store.Announce(changes, ids, older);
        }
    }

    public ValueTask DisposeAsync()
    {
        if (phase is UnitOfWorkPhase.Idle or UnitOfWorkPhase.Open)
        {
            Close(UnitOfWorkPhase.Ended);
        }

        return ValueTask.CompletedTask;
    }

    private void Write(List<long> ids, List<long> older)
    {
        foreach (var statement in changes.Statements)
        {
            if (Run(statement) == 0 && statement.MustAffect is { } guard)
            {
                throw new GuardFailedException(guard);
            }
        }

        foreach (var token in changes.Cancelled.Concat(changes.Timers.Select(timer => timer.Token!.Value)))
        {
            Run(SqliteOutbox.DeleteTimer(token));
        }

        foreach (var (token, delay) in changes.Moved)
        {
            Run(SqliteOutbox.MoveTimer(token, delay));
        }

        foreach (var group in changes.OrderedGroups())
        {
            older.AddRange(Read(SqliteOutbox.Older(group), reader => reader.GetInt64(0)));
        }

        older.Sort();
        foreach (var timer in changes.Timers)
        {
            Read(SqliteOutbox.Insert(timer, TimeSpan.Zero), reader => reader.GetInt64(0));
        }

        foreach (var message in changes.Messages)
        {
            ids.AddRange(Read(SqliteOutbox.Insert(message, store.Options.Grace), reader => reader.GetInt64(0)));
        }
    }

    private async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        phase.Usable();
        if (phase is UnitOfWorkPhase.Open)
        {
            return;
        }

        transaction = await store.Writer.BeginAsync(cancellationToken);
        phase = UnitOfWorkPhase.Open;
        try
        {
            isNew ??= Run(SqliteOutbox.InsertInbox(inbox!.Value)) > 0;
        }
        catch
        {
            Close(UnitOfWorkPhase.Ended);
            throw;
        }
    }

    private int Run(Statement statement) => store.Writer.Command(statement, transaction!).ExecuteNonQuery();

    private List<T> Read<T>(Statement statement, Func<DbDataReader, T> read)
    {
        using var reader = store.Writer.Command(statement, transaction!).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private void Close(UnitOfWorkPhase end)
    {
        phase = end;
        if (transaction is { } open)
        {
            transaction = null;
            store.Writer.End(open);
        }
    }

    private void ThrowIfDuplicate()
    {
        if (isNew == false)
        {
            throw new DuplicateMessageException(inbox!.Value);
        }
    }
}
