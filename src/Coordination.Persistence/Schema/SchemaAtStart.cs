using Microsoft.Extensions.Hosting;

namespace Coordination.Persistence;

/// <summary>
/// Embedded mode brings its file up to date before anything else starts: there is no operator who could. A shared PostgreSQL is migrated by
/// <c>coordination migrate</c>, with a user that may create tables.
/// </summary>
internal sealed class SchemaAtStart(SchemaMigrator migrator, IUnitOfWorkFactory units) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) =>
        units.Dialect.IsEmbedded ? migrator.MigrateAsync(progress: null, cancellationToken) : Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
