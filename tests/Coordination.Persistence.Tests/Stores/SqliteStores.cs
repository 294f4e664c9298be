namespace Coordination.Persistence.Tests;

/// <summary>SQLite stores for tests, each a file of its own.</summary>
internal static class SqliteStores
{
    public static string NewFile() => Path.Combine(Path.GetTempPath(), "coordination-tests", $"{Guid.NewGuid():N}.db");

    public static Task<StoreFixture> StartAsync(TimeSpan? grace, string? file = null, bool migrate = true) =>
        StoreFixture.StartAsync(
            services =>
                services.AddSqliteStore(options =>
                {
                    options.Path = file ?? NewFile();
                    options.Grace = grace ?? TimeSpan.FromSeconds(20);
                }),
            migrate
        );
}

public sealed class A_unit_of_work_on_SQLite : UnitOfWorkConformance
{
    private protected override Task<StoreFixture> StoreAsync(TimeSpan? grace = null) => SqliteStores.StartAsync(grace);
}

public sealed class The_outbox_on_SQLite : OutboxConformance
{
    private protected override Task<StoreFixture> StoreAsync(TimeSpan? grace = null) => SqliteStores.StartAsync(grace);
}

public sealed class The_schema_on_SQLite : SchemaConformance
{
    private protected override Task<string> NewDatabaseAsync() => Task.FromResult(SqliteStores.NewFile());

    private protected override Task<StoreFixture> OpenAsync(string database) => SqliteStores.StartAsync(null, database, migrate: false);

    [Fact]
    public async Task A_lock_that_a_killed_migration_left_behind_is_removed()
    {
        var file = SqliteStores.NewFile();
        await using var store = await SqliteStores.StartAsync(null, file);
        await store.Units.ExecuteAsync(
            new Statement("INSERT INTO \"__EFMigrationsLock\" (\"Id\", \"Timestamp\") VALUES (1, '2026-01-01 00:00:00')"),
            Ct
        );
        await store.Get<SchemaMigrator>().MigrateAsync(null, Ct).WaitAsync(TimeSpan.FromSeconds(20), Ct);
    }
}
