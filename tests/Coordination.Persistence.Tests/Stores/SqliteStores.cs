namespace Coordination.Persistence.Tests;

/// <summary>SQLite stores for tests, each a file of its own.</summary>
internal static class SqliteStores
{
    private static readonly string Folder = Directory.CreateTempSubdirectory("coordination-tests-").FullName;

    static SqliteStores() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Folder, recursive: true);

    public static string NewFile() => Path.Combine(Folder, $"{Guid.NewGuid():N}.db");

    public static Task<StoreFixture> StartAsync(TimeSpan? grace, string? file = null, bool migrate = true, TimeSpan? lockTimeout = null) =>
        StoreFixture.StartAsync(
            services =>
                services.AddSqliteStore(options =>
                {
                    options.Path = file ?? NewFile();
                    options.Grace = grace ?? TimeSpan.FromSeconds(20);
                    options.LockTimeout = lockTimeout ?? TimeSpan.FromSeconds(30);
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

public sealed class Embedded_on_SQLite : EmbeddedConformance
{
    private protected override Task<StoreFixture> StoreAsync() => SqliteStores.StartAsync(null);
}

/// <summary>What holds for SQLite alone: one writer, taken in turn.</summary>
public sealed class On_SQLite
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Units_of_work_take_turns_and_reads_do_not_wait_for_them()
    {
        await using var store = await SqliteStores.StartAsync(null);
        await using var holder = store.Units.Create(new InboxKey(Guid.NewGuid(), Guid.NewGuid()));
        (await holder.BeginAsync(Ct)).ShouldBeTrue();
        var waiting = store.Units.ExecuteAsync(store.Effect("a"), Ct);
        (await store.EffectsAsync("a")).ShouldBe(0);
        waiting.IsCompleted.ShouldBeFalse();
        await holder.CommitAsync(Ct);
        await waiting;
        (await store.EffectsAsync("a")).ShouldBe(1);
    }

    [Fact]
    public async Task Whoever_waits_too_long_for_its_turn_is_told_why()
    {
        await using var store = await SqliteStores.StartAsync(null, lockTimeout: TimeSpan.FromMilliseconds(50));
        await using var holder = store.Units.Create(new InboxKey(Guid.NewGuid(), Guid.NewGuid()));
        (await holder.BeginAsync(Ct)).ShouldBeTrue();
        var refusal = await Should.ThrowAsync<TimeoutException>(() => store.Units.ExecuteAsync(store.Effect("a"), Ct));
        refusal.Message.ShouldContain("SqliteStoreOptions.LockTimeout");
        await holder.CommitAsync(Ct);
        await store.Units.ExecuteAsync(store.Effect("a"), Ct);
    }

    [Fact]
    public async Task A_commit_reaches_the_disk_before_it_is_acknowledged()
    {
        await using var store = await SqliteStores.StartAsync(null);
        await using var work = store.Units.Create();
        (await work.QueryAsync(new Statement("PRAGMA journal_mode"), reader => reader.GetString(0), Ct)).ShouldBe(["wal"]);
        (await work.QueryAsync(new Statement("PRAGMA synchronous"), reader => reader.GetInt32(0), Ct)).ShouldBe([2]);
    }
}
