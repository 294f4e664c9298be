using Microsoft.EntityFrameworkCore;

namespace Coordination.Persistence;

/// <summary>The configured database as EF Core contexts and migrations need it.</summary>
internal abstract class StoreDatabase
{
    public abstract bool IsPostgres { get; }

    /// <summary>The database in words, without secrets, for messages to people.</summary>
    public abstract string Name { get; }

    public abstract void Use(DbContextOptionsBuilder options, string historyTable);

    /// <summary>Waits until no other process migrates this database; dispose the result to let the next one go.</summary>
    public abstract Task<IAsyncDisposable> LockForMigrationAsync(CancellationToken cancellationToken);
}
