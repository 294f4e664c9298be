using Coordination.Persistence;
using Coordination.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Workers.Tests.Effects;

/// <summary>Effects on a SQLite file.</summary>
public sealed class Effects_on_SQLite : EffectContract
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"effects-{Guid.NewGuid():N}");

    public override ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(folder);
        return ValueTask.CompletedTask;
    }

    private protected override void UseStore(IServiceCollection services) =>
        services.AddSqliteStore(options => options.Path = Path.Combine(folder, "test.db"));

    private protected override async Task ForceAsync(WorkerNode node, string text)
    {
        foreach (var trigger in new[] { "effect_journal_no_update", "effect_journal_no_delete" })
        {
            await node.Units.ExecuteAsync(new Statement($"DROP TRIGGER IF EXISTS {trigger}"), Token);
        }

        await node.Units.ExecuteAsync(new Statement(text), Token);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>Effects on PostgreSQL.</summary>
[Trait("needs", "servers")]
public sealed class Effects_on_PostgreSQL : EffectContract
{
    private string connection = "";

    public override async ValueTask InitializeAsync()
    {
        var server = await TestServers.Postgres(TestContext.Current.CancellationToken);
        connection = await server.NewDatabaseAsync(ct: TestContext.Current.CancellationToken);
    }

    private protected override void UseStore(IServiceCollection services) =>
        services.AddPostgresStore(options => options.ConnectionString = connection);

    private protected override async Task ForceAsync(WorkerNode node, string text)
    {
        await node.Units.ExecuteAsync(new Statement("ALTER TABLE coordination.effect_journal DISABLE TRIGGER ALL"), Token);
        await node.Units.ExecuteAsync(new Statement(text), Token);
    }
}
