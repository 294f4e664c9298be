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
