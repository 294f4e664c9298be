using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Coordination.Persistence;

internal sealed class SqliteDatabase(SqliteStoreOptions options, TimeProvider time) : StoreDatabase
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    public override bool IsPostgres => false;

    public override string Name => $"SQLite file {options.Path}";

    public override void Use(DbContextOptionsBuilder builder, string historyTable) =>
        builder.UseSqlite(options.ConnectionString, sqlite => sqlite.MigrationsHistoryTable(historyTable));

    /// <summary>
    /// EF marks a running migration by a row that a killed process leaves behind, and then every later one waits for ever. A lock on a
    /// file beside the database goes with its process; whoever holds it may remove such a row.
    /// </summary>
    public override async Task<IAsyncDisposable> LockForMigrationAsync(CancellationToken cancellationToken)
    {
        var database = Path.GetFullPath(options.Path!);
        Directory.CreateDirectory(Path.GetDirectoryName(database)!);
        var held = await LockAsync(database + ".migrate-lock", cancellationToken);
        try
        {
            RemoveStaleLock();
            return held;
        }
        catch
        {
            await held.DisposeAsync();
            throw;
        }
    }

    private async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException error) when (error is not (DirectoryNotFoundException or PathTooLongException or FileNotFoundException))
            {
                await Task.Delay(Poll, time, cancellationToken);
            }
        }
    }

    private void RemoveStaleLock()
    {
        using var connection = new SqliteConnection(options.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sqlite_master WHERE name = '__EFMigrationsLock'";
        if ((long)command.ExecuteScalar()! > 0)
        {
            command.CommandText = "DELETE FROM \"__EFMigrationsLock\"";
            command.ExecuteNonQuery();
        }
    }
}
