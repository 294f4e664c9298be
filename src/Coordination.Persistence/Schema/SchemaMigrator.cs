using Microsoft.EntityFrameworkCore;

namespace Coordination.Persistence;

/// <summary>A migration of a module.</summary>
public sealed record SchemaStep(string Module, string Migration);

/// <summary>
/// Brings the tables of all modules up to date. Only this needs the right to create tables; everything else works with SELECT, INSERT, UPDATE and
/// DELETE in the schema.
/// </summary>
public sealed class SchemaMigrator
{
    private readonly StoreDatabase database;
    private readonly IReadOnlyList<SchemaModule> modules;

    internal SchemaMigrator(StoreDatabase database, IEnumerable<SchemaModule> modules)
    {
        this.database = database;
        this.modules = [.. modules];
    }

    /// <summary>
    /// Applies what is missing, module by module in the order of registration. Several processes may call it at once: one works, the others wait and
    /// find nothing to do. <paramref name="progress"/> hears of each migration before it runs.
    /// </summary>
    public async Task MigrateAsync(IProgress<SchemaStep>? progress = null, CancellationToken cancellationToken = default)
    {
        await using var exclusive = await database.LockForMigrationAsync(cancellationToken);
        foreach (var module in modules)
        {
            await using var context = module.CreateContext(database);
            foreach (var migration in await context.Database.GetPendingMigrationsAsync(cancellationToken))
            {
                progress?.Report(new SchemaStep(module.Name, migration));
            }

            // A migration that moves rows takes its time.
            context.Database.SetCommandTimeout(TimeSpan.Zero);
            await context.Database.MigrateAsync(cancellationToken);
        }
    }

    /// <summary>The migrations this program knows and the database lacks, in order; empty when it may start.</summary>
    public async Task<IReadOnlyList<SchemaStep>> PendingAsync(CancellationToken cancellationToken = default)
    {
        var pending = new List<SchemaStep>();
        foreach (var module in modules)
        {
            await using var context = module.CreateContext(database);
            foreach (var migration in await context.Database.GetPendingMigrationsAsync(cancellationToken))
            {
                pending.Add(new SchemaStep(module.Name, migration));
            }
        }

        return pending;
    }

    /// <summary>Throws <see cref="SchemaOutdatedException"/> when a migration is missing: a host calls it before it does anything.</summary>
    public async Task EnsureCurrentAsync(CancellationToken cancellationToken = default)
    {
        if (await PendingAsync(cancellationToken) is { Count: > 0 } pending)
        {
            throw new SchemaOutdatedException(database.Name, pending);
        }
    }
}

/// <summary>The database lacks migrations that this program needs.</summary>
public sealed class SchemaOutdatedException(string database, IReadOnlyList<SchemaStep> pending)
    : Exception(
        $"The tables in {database} are not up to date: {pending.Count} migration(s) are missing, the first is {pending[0].Module}/{pending[0].Migration}. "
            + "Run `coordination migrate` with a user that may create tables, then start again."
    )
{
    public IReadOnlyList<SchemaStep> Pending { get; } = pending;
}
