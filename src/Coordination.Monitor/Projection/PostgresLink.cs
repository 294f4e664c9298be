using System.Data.Common;
using Coordination.Persistence;
using Npgsql;

namespace Coordination.Monitor;

/// <summary>PostgreSQL: of many processes the one whose session holds the advisory lock keeps the list, with that very session.</summary>
internal sealed class PostgresLink : IProjectionLink
{
    // An arbitrary key, shared by all versions of this program.
    private const long Lock = 0x6D6F6E69746F72; // "monitor"
    private readonly NpgsqlConnection connection;

    private PostgresLink(NpgsqlConnection connection, SqlDialect dialect) => (this.connection, Dialect) = (connection, dialect);

    public SqlDialect Dialect { get; }

    /// <summary>A pool of one: the session that keeps the list.</summary>
    public static NpgsqlDataSource Pool(PostgresStoreOptions postgres)
    {
        var builder = new NpgsqlDataSourceBuilder(postgres.ConnectionString);
        var settings = builder.ConnectionStringBuilder;
        settings.ApplicationName = "coordination-monitor-list";
        settings.MinPoolSize = 0;
        settings.MaxPoolSize = 1;
        settings.MaxAutoPrepare = 30;
        settings.AutoPrepareMinUsages = 2;
        settings.CommandTimeout = 30;
        if (settings.Host?.Contains(',', StringComparison.Ordinal) is true)
            settings.TargetSessionAttributes = "primary";
        // No commit waits for the disk, and no statement waits for a lock: every row written is the list's own.
        settings.Options = $"{settings.Options} -c synchronous_commit=off -c lock_timeout=2000 -c statement_timeout=20000".Trim();
        postgres.ConfigureDataSource?.Invoke(builder);
        return builder.Build();
    }

    /// <summary>Null: another process keeps the list.</summary>
    public static async Task<PostgresLink?> TryOpenAsync(NpgsqlDataSource pool, SqlDialect dialect, CancellationToken cancellationToken)
    {
        var session = await pool.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", session);
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Lock });
            if (await command.ExecuteScalarAsync(cancellationToken) is true)
                return new PostgresLink(session, dialect);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
        await session.DisposeAsync();
        return null;
    }

    public async Task<IReadOnlyList<T>> QueryAsync<T>(
        Statement statement,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken = default
    )
    {
        await using var command = connection.CreateCommand();
        statement.BindTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }

    public async Task WriteAsync(IReadOnlyList<Statement> statements, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var statement in statements)
            batch.BatchCommands.Add(statement.ToBatchCommand());
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // Released by hand: the pool would keep the session, and with it the lock.
            await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock($1)", connection);
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Lock });
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (DbException)
        {
            // The session is broken, and the lock with it.
        }
        catch (InvalidOperationException)
        {
            // As above: the connection is closed.
        }
        await connection.DisposeAsync();
    }
}
