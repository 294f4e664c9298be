using Coordination.Persistence;
using Coordination.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Workers.Tests.Voting;

/// <summary>Voters on a SQLite file.</summary>
public sealed class Voters_on_SQLite : VoterContract
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"voters-{Guid.NewGuid():N}");

    public override ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(folder);
        return ValueTask.CompletedTask;
    }

    private protected override void UseStore(IServiceCollection services) =>
        services.AddSqliteStore(options => options.Path = Path.Combine(folder, "test.db"));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>Voters on PostgreSQL.</summary>
[Trait("needs", "servers")]
public sealed class Voters_on_PostgreSQL : VoterContract
{
    private string connection = "";

    public override async ValueTask InitializeAsync()
    {
        var server = await TestServers.Postgres(TestContext.Current.CancellationToken);
        connection = await server.NewDatabaseAsync(ct: TestContext.Current.CancellationToken);
    }

    private protected override void UseStore(IServiceCollection services) =>
        services.AddPostgresStore(options => options.ConnectionString = connection);
}
