using System.Data.Common;
using Npgsql;

namespace Coordination.Persistence;

/// <summary>
/// Round trips are its currency. BEGIN waits in Npgsql's write buffer for the first command; the inbox row and the first query share a
/// round trip; everything collected goes with COMMIT in one batch (<see cref="PostgresCommit"/>). A unit of work that only loads rows by key, or reads nothing, needs no
/// transaction of its own and commits together with others (<see cref="PostgresGroups"/>).
/// </summary>
internal sealed class PostgresUnitOfWork(PostgresStore store, InboxKey? inbox, bool alone) : IUnitOfWork
{
    private readonly PendingChanges changes = new();
    private NpgsqlConnection? connection;
    private NpgsqlTransaction? transaction;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);
    private UnitOfWorkPhase phase;
    private bool permitted;

    /// <summary>Null until the inbox row was tried; then whether the message is new.</summary>
    private bool? isNew = inbox is null ? true : null;

    /// <summary>The row this unit alone may change at the moment, in this process.</summary>
    private HeldRow? held;

    /// <summary>Its commit was tried.</summary>
    private bool isTried;

    public SqlDialect Dialect => store.Dialect;

    public bool IsDuplicate => isNew == false;

    public async ValueTask<T?> LoadAsync<T>(KeyedRead<T> read, Guid id, CancellationToken cancellationToken = default)
        where T : class
    {
        phase.Usable();
        if (alone || phase is not UnitOfWorkPhase.Idle || held is not null)
        {
            var rows = await QueryAsync(new Statement(read.Locked, ("id", id, ColumnKind.Uuid)), read.Read, cancellationToken);
            return rows.Count == 0 ? null : rows[0];
        }

        held = await HeldRow.EnterAsync(store.Groups.Rows, read, id, cancellationToken);
        if (held.Found(read) is { } left)
        {
            return left;
        }

        var request = new RowRequest<T>(read, id);
        store.Groups.Reads.Add(request);
        return await request.Row;
    }

    public void HandOn<T>(KeyedRead<T> read, Guid id, T? row)
        where T : class
    {
        phase.Usable();
        held?.Becomes(read, id, row);
    }

    public async ValueTask<bool> BeginAsync(CancellationToken cancellationToken = default)
    {
        if (isNew is { } known)
        {
            return known;
        }

        await RunAsync<object>(null, null, cancellationToken);
        return isNew!.Value;
    }

    public async ValueTask<IReadOnlyList<T>> QueryAsync<T>(
        Statement statement,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken = default
    )
    {
        ThrowIfDuplicate();
        var rows = await RunAsync(statement, read, cancellationToken);
        ThrowIfDuplicate();
        return rows;
    }

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
        if (!await BeginAsync(cancellationToken))
        {
            ThrowIfDuplicate();
        }

        await OpenAsync(cancellationToken);
        return transaction!;
    }

    public async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        phase.Usable();
        if (isNew == false)
        {
            await SettleDuplicateAsync(cancellationToken);
            return;
        }

        if (phase is UnitOfWorkPhase.Idle && isNew == true && !changes.Any)
        {
            await EndAsync(UnitOfWorkPhase.Done);
            store.Announce(changes, [], []);
            return;
        }

        var member = new CommitMember(isNew is null ? inbox : null, changes)
        {
            HandedOver = inbox?.HandedOver,
            Settlement = Settlement.Of(Dialect, inbox),
        };
        if (phase is UnitOfWorkPhase.Idle && !alone && !changes.NeedOwnTransaction)
        {
            await CommitWithOthersAsync(member, cancellationToken);
        }
        else
        {
            await CommitAloneAsync(member, cancellationToken);
        }
    }

    private async Task CommitWithOthersAsync(CommitMember member, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        isTried = true;
        var request = new CommitRequest(member, changes.AreUnhurried);
        try
        {
            if (held?.Behind is not { } before || !request.TryFollow(before))
            {
                await AfterTheOneBeforeAsync();
                (request.IsUnhurried ? store.Groups.Unhurried : store.Groups.Commits).Add(request);
            }

            held?.Offer(request);
            await request.Done;
        }
        catch
        {
            await EndAsync(UnitOfWorkPhase.Ended);
            throw;
        }

        if (request.IsDuplicate)
        {
            isNew = false;
            await SettleDuplicateAsync(cancellationToken);
            return;
        }

        await CommittedAsync(member, request.NotAnnouncedBefore());
        request.IsAnnounced = true;
    }

    /// <summary>The row that was found is in the database, or this fails.</summary>
    private async ValueTask AfterTheOneBeforeAsync()
    {
        if (held?.Behind is not { } before)
        {
            return;
        }

        try
        {
            await before.Done;
        }
        catch (Exception error)
        {
            throw new GuardFailedException(PostgresGroups.NotThere, error);
        }

        if (before.IsDuplicate)
        {
            throw new GuardFailedException(PostgresGroups.NotThere);
        }
    }

    private async Task CommitAloneAsync(CommitMember member, CancellationToken cancellationToken)
    {
        PostgresCommit? commit = null;
        isTried = true;
        try
        {
            await OpenAsync(cancellationToken);
            await using var batch = new NpgsqlBatch(connection, transaction);
            commit = new PostgresCommit(
                batch,
                [
                    [member],
                ]
            );
            commit.Write(store.Options.Grace);
            Failpoint.Hit(Failpoints.BeforeCommit);
            await commit.RunAsync(commits: true, cancellationToken);
        }
        catch (PostgresException error) when (commit?.IsDuplicate(error) == true)
        {
            isNew = false;
            await SettleDuplicateAsync(cancellationToken);
            return;
        }
        catch (PostgresException error) when (commit?.FailedGuard(error) is not null)
        {
            await RollBackAsync();
            throw new GuardFailedException(commit.FailedGuard(error)!);
        }
        catch
        {
            // Also when the outcome is unknown: nothing goes to the relay, the rows are found by the sweep if they exist.
            await RollBackAsync();
            throw;
        }

        await CommittedAsync(member, []);
    }

    private async Task CommittedAsync(CommitMember member, IReadOnlyList<long> before)
    {
        isNew = true;
        await EndAsync(UnitOfWorkPhase.Done);
        store.Announce(changes, member.Ids, before.Count == 0 ? member.Older : [.. member.Older, .. before]);
    }

    public async ValueTask DisposeAsync()
    {
        if (phase is UnitOfWorkPhase.Idle or UnitOfWorkPhase.Open)
        {
            await RollBackAsync();
        }
    }

    /// <summary>One round trip: BEGIN and the inbox row if they have not been sent, and the query if there is one.</summary>
    private async Task<IReadOnlyList<T>> RunAsync<T>(Statement? query, Func<DbDataReader, T>? read, CancellationToken cancellationToken)
    {
        phase.Usable();
        try
        {
            await OpenAsync(cancellationToken);
            await using var batch = new NpgsqlBatch(connection, transaction);
            var insertsInbox = isNew is null;
            if (insertsInbox)
            {
                batch.BatchCommands.Add(PostgresInbox.Insert(inbox!.Value, guarded: false));
            }

            if (query is not null)
            {
                batch.BatchCommands.Add(query.ToBatchCommand());
            }

            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            if (insertsInbox)
            {
                isNew = await reader.ReadAsync(cancellationToken);
                await reader.NextResultAsync(cancellationToken);
            }

            var rows = new List<T>();
            while (read is not null && await reader.ReadAsync(cancellationToken))
            {
                rows.Add(read(reader));
            }

            while (await reader.NextResultAsync(cancellationToken)) { }

            return rows;
        }
        catch
        {
            await RollBackAsync();
            throw;
        }
    }

    private async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        phase.Usable();
        if (phase is UnitOfWorkPhase.Open)
        {
            return;
        }

        await AfterTheOneBeforeAsync();
        if (!await store.OwnTransactions.WaitAsync(LongestWait, cancellationToken))
        {
            throw new TimeoutException($"No connection was free for a transaction of its own within {LongestWait.TotalSeconds:F0} s.");
        }

        permitted = true;
        connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        transaction = await connection.BeginTransactionAsync(cancellationToken);
        phase = UnitOfWorkPhase.Open;
    }

    private async Task SettleDuplicateAsync(CancellationToken cancellationToken)
    {
        await RollBackAsync();
        if (Settlement.Of(Dialect, inbox) is { } settlement)
        {
            await store.ExecuteAsync(settlement, cancellationToken);
        }

        if (inbox?.HandedOver is { } row)
        {
            await store.ExecuteAsync(HandOver.Delete(Dialect, row), cancellationToken);
        }

        phase = UnitOfWorkPhase.Done;
    }

    private async Task RollBackAsync()
    {
        try
        {
            if (transaction is not null && connection is { State: System.Data.ConnectionState.Open })
            {
                await transaction.RollbackAsync(CancellationToken.None);
            }
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException or IOException)
        {
            // The connection is lost, or the transaction ended with the error; the pool discards what is broken and resets the rest.
        }

        await EndAsync(UnitOfWorkPhase.Ended);
    }

    private async Task EndAsync(UnitOfWorkPhase end)
    {
        phase = end;
        var (ended, used) = (transaction, connection);
        (transaction, connection) = (null, null);
        try
        {
            if (ended is not null)
            {
                await ended.DisposeAsync();
            }

            if (used is not null)
            {
                await used.DisposeAsync();
            }
        }
        finally
        {
            if (permitted)
            {
                permitted = false;
                store.OwnTransactions.Release();
            }

            Exit(end);
        }
    }

    private void Exit(UnitOfWorkPhase end)
    {
        var row = held;
        held = null;
        if (end is UnitOfWorkPhase.Done && isNew == true)
        {
            row?.ExitCommitted();
        }
        else if (isTried)
        {
            row?.ExitFailed();
        }
        else
        {
            row?.ExitUnchanged();
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
