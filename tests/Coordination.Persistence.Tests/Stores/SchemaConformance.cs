using Microsoft.EntityFrameworkCore;

namespace Coordination.Persistence.Tests;

/// <summary>How the tables come to be, whatever the database.</summary>
public abstract class SchemaConformance
{
    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A new, empty database.</summary>
    private protected abstract Task<string> NewDatabaseAsync();

    private protected abstract Task<StoreFixture> OpenAsync(string database);

    [Fact]
    public async Task An_empty_database_is_refused_until_it_is_migrated_and_migrating_again_does_nothing()
    {
        await using var store = await OpenAsync(await NewDatabaseAsync());
        var migrator = store.Get<SchemaMigrator>();
        (await migrator.PendingAsync(Ct)).ShouldNotBeEmpty();
        var refusal = await Should.ThrowAsync<SchemaOutdatedException>(() => migrator.EnsureCurrentAsync(Ct));
        refusal.Message.ShouldContain("coordination migrate");
        refusal.Message.ShouldContain("messaging/");

        var seen = new Heard();
        await migrator.MigrateAsync(seen, Ct);
        seen.Steps.ShouldContain(step => step.Module == "messaging");
        await migrator.EnsureCurrentAsync(Ct);
        seen.Steps.Clear();
        await migrator.MigrateAsync(seen, Ct);
        seen.Steps.ShouldBeEmpty();
    }

    [Fact]
    public async Task Several_processes_may_migrate_at_once()
    {
        var database = await NewDatabaseAsync();
        var stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => OpenAsync(database)));
        await Task.WhenAll(stores.Select(store => Task.Run(() => store.Get<SchemaMigrator>().MigrateAsync(null, Ct), Ct)));
        await stores[0].Get<SchemaMigrator>().EnsureCurrentAsync(Ct);
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_model_and_the_migrations_say_the_same()
    {
        await using var store = await OpenAsync(await NewDatabaseAsync());
        foreach (var module in store.All<SchemaModule>())
        {
            await using var context = module.CreateContext(store.Get<StoreDatabase>());
            context.Database.HasPendingModelChanges().ShouldBeFalse(module.Name);
        }
    }

    private sealed class Heard : IProgress<SchemaStep>
    {
        public List<SchemaStep> Steps { get; } = [];

        public void Report(SchemaStep value) => Steps.Add(value);
    }
}
