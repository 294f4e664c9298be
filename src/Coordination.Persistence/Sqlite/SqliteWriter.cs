using Microsoft.Data.Sqlite;

namespace Coordination.Persistence;

/// <summary>
/// The one writer of the process. SQLite has one write lock for the whole file and makes waiters poll; here they queue in order of arrival and find the
/// lock free. The connection stays open and keeps its prepared commands.
/// </summary>
internal sealed class SqliteWriter(SqliteStoreOptions options) : IDisposable
{
    private const int CommandLimit = 200;
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly Dictionary<string, SqliteCommand> commands = new(StringComparer.Ordinal);
    private SqliteConnection? connection;

    /// <summary>Waits for the turn and begins a transaction that holds the file's write lock.</summary>
    /// <exception cref="TimeoutException">The turn did not come within <see cref="SqliteStoreOptions.LockTimeout"/>.</exception>
    public async Task<SqliteTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        if (!await turn.WaitAsync(options.LockTimeout, cancellationToken))
        {
            throw new TimeoutException(
                $"No turn to write to {options.Path} within SqliteStoreOptions.LockTimeout ({options.LockTimeout}). "
                    + "A unit of work is held open for too long, or opens a second one before it has ended: SQLite has one writer."
            );
        }

        try
        {
            connection ??= Open();
            return connection.BeginTransaction(deferred: false);
        }
        catch
        {
            Discard();
            turn.Release();
            throw;
        }
    }

    /// <summary>A command for the open transaction; prepared once per text. Valid until the next call.</summary>
    public SqliteCommand Command(Statement statement, SqliteTransaction transaction)
    {
        if (!commands.TryGetValue(statement.Text, out var command))
        {
            if (commands.Count >= CommandLimit)
            {
                DropCommands();
            }

            command = connection!.CreateCommand();
            command.CommandText = statement.Text;
            commands.Add(statement.Text, command);
        }

        command.Transaction = transaction;
        statement.Bind(command);
        return command;
    }

    /// <summary>Ends the turn. A transaction still open is rolled back; a connection that cannot do so is replaced.</summary>
    public void End(SqliteTransaction transaction)
    {
        try
        {
            transaction.Dispose();
        }
        catch (SqliteException)
        {
            Discard();
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        Discard();
        turn.Dispose();
    }

    private SqliteConnection Open()
    {
        if (Path.GetDirectoryName(Path.GetFullPath(options.Path!)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        var opened = new SqliteConnection(options.ConnectionString);
        opened.Open();
        SqliteChain.AddTo(opened);
        using var pragma = opened.CreateCommand();
        // FULL: an acknowledged commit survives a power cut; WAL alone would not promise that.
        pragma.CommandText =
            $"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = {(long)options.LockTimeout.TotalMilliseconds};";
        pragma.ExecuteNonQuery();
        return opened;
    }

    private void Discard()
    {
        DropCommands();
        try
        {
            connection?.Dispose();
        }
        catch (SqliteException)
        {
            // The transaction it would roll back has ended by itself; now there is none.
            connection?.Dispose();
        }

        connection = null;
    }

    private void DropCommands()
    {
        foreach (var command in commands.Values)
        {
            command.Dispose();
        }

        commands.Clear();
    }
}
