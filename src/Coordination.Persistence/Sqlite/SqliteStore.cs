using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Coordination.Persistence;

/// <summary>Makes units of work on SQLite and runs single statements: writes through the one writer, reads beside it.</summary>
internal sealed class SqliteStore(SqliteStoreOptions options, SqliteWriter writer, CommitAnnouncer announcer, TimeProvider clock)
    : IUnitOfWorkFactory
{
    private readonly Burst burst = new([], clock);

    public SqliteStoreOptions Options => options;

    public SqliteWriter Writer => writer;

    public SqlDialect Dialect { get; } = new SqliteDialect();

    public IUnitOfWork Create(InboxKey? inbox = null, bool alone = false) => new SqliteUnitOfWork(this, inbox);

    /// <summary>One writer: each has its turn. Nothing is gathered, but a piece that blocks its thread holds up nobody here either.</summary>
    public void Together<T>(IReadOnlyList<T> items, Action<T> start) => burst.Run(items, start);

    public async Task<IReadOnlyList<T>> QueryAsync<T>(
        Statement statement,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken = default
    )
    {
        await using var connection = new SqliteConnection(options.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = statement.Text;
        statement.Bind(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public async Task<int> ExecuteAsync(Statement statement, CancellationToken cancellationToken = default)
    {
        var transaction = await writer.BeginAsync(cancellationToken);
        try
        {
            var affected = writer.Command(statement, transaction).ExecuteNonQuery();
            if (affected == 0 && statement.MustAffect is { } guard)
            {
                throw new GuardFailedException(guard);
            }

            transaction.Commit();
            return affected;
        }
        finally
        {
            writer.End(transaction);
        }
    }

    public void Announce(PendingChanges changes, IReadOnlyList<long> ids, IReadOnlyList<long> older) =>
        announcer.Announce(changes, ids, older);
}
