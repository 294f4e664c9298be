using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Coordination.Persistence;

internal sealed class PostgresDatabase(NpgsqlDataSource dataSource) : StoreDatabase
{
    // An arbitrary key, shared by all versions of this program.
    private const long MigrationLock = 0x636F6F7264; // "coord"

    public override bool IsPostgres => true;

    public override string Name
    {
        get
        {
            var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
            return $"PostgreSQL database {settings.Database ?? settings.Username} on {settings.Host}";
        }
    }

    public override void Use(DbContextOptionsBuilder options, string historyTable) =>
        options.UseNpgsql(dataSource, postgres => postgres.MigrationsHistoryTable(historyTable, ModuleDbContext.SchemaName));

    /// <summary>
    /// EF locks a module's history table, which does not exist before the first migration, and CREATE SCHEMA of two processes at once fails. A session lock
    /// covers all of it and goes with the connection.
    /// </summary>
    public override async Task<IAsyncDisposable> LockForMigrationAsync(CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand("SELECT pg_advisory_lock($1)", connection) { CommandTimeout = 0 };
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = MigrationLock });
            await command.ExecuteNonQueryAsync(cancellationToken);
            return new Held(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private sealed class Held(NpgsqlConnection connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await using (connection)
            {
                // Released by hand: the pool keeps the session alive.
                await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock($1)", connection);
                command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = MigrationLock });
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
    }
}
