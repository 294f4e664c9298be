using Coordination.Testing;

namespace Coordination.Persistence.Tests;

/// <summary>PostgreSQL stores for tests, each a database of its own.</summary>
internal static class PostgresStores
{
    public static async Task<string> NewDatabaseAsync()
    {
        var server = await TestServers.Postgres(TestContext.Current.CancellationToken);
        return await server.NewDatabaseAsync(ct: TestContext.Current.CancellationToken);
    }

    public static async Task<StoreFixture> StartAsync(
        TimeSpan? grace,
        string? database = null,
        bool migrate = true,
        Action<PostgresStoreOptions>? configure = null
    )
    {
        var connection = database ?? await NewDatabaseAsync();
        return await StoreFixture.StartAsync(
            services =>
                services.AddPostgresStore(options =>
                {
                    options.ConnectionString = connection;
                    options.Grace = grace ?? TimeSpan.FromSeconds(20);
                    configure?.Invoke(options);
                }),
            migrate
        );
    }
}

[Trait("needs", "servers")]
public sealed class A_unit_of_work_on_PostgreSQL : UnitOfWorkConformance
{
    private protected override Task<StoreFixture> StoreAsync(TimeSpan? grace = null) => PostgresStores.StartAsync(grace);
}

[Trait("needs", "servers")]
public sealed class The_outbox_on_PostgreSQL : OutboxConformance
{
    private protected override Task<StoreFixture> StoreAsync(TimeSpan? grace = null) => PostgresStores.StartAsync(grace);
}

[Trait("needs", "servers")]
public sealed class The_schema_on_PostgreSQL : SchemaConformance
{
    private protected override Task<string> NewDatabaseAsync() => PostgresStores.NewDatabaseAsync();

    private protected override Task<StoreFixture> OpenAsync(string database) => PostgresStores.StartAsync(null, database, migrate: false);
}
