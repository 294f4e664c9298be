using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Persistence.Tests;

/// <summary>A store on an empty database of its own, with the tables made.</summary>
internal sealed class StoreFixture : IAsyncDisposable
{
    private readonly ServiceProvider provider;

    private StoreFixture(ServiceProvider provider) => this.provider = provider;

    public RecordingRelay Relay { get; } = new();

    public IUnitOfWorkFactory Units => Get<IUnitOfWorkFactory>();

    public SqlDialect Sql => Units.Dialect;

    public T Get<T>()
        where T : notnull => provider.GetRequiredService<T>();

    public IEnumerable<T> All<T>()
        where T : notnull => provider.GetServices<T>();

    public static async Task<StoreFixture> StartAsync(Action<IServiceCollection> addStore, bool migrate = true)
    {
        StoreFixture? made = null;
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IOutboxRelay>(_ => made!.Relay);
        addStore(services);
        made = new StoreFixture(services.BuildServiceProvider());
        if (migrate)
        {
            await made.Get<SchemaMigrator>().MigrateAsync();
            await made.Units.ExecuteAsync(
                new Statement($"CREATE TABLE {made.Sql.Table("effect")} (name text NOT NULL, value bigint NOT NULL)")
            );
        }

        return made;
    }

    /// <summary>A business write.</summary>
    public Statement Effect(string name, long value = 1) =>
        new(
            $"INSERT INTO {Sql.Table("effect")} (name, value) VALUES (@name, @value)",
            ("name", name, ColumnKind.Text),
            ("value", value, ColumnKind.Int64)
        );

    public async Task<long> EffectsAsync(string name) =>
        (
            await Units.QueryAsync(
                new Statement($"SELECT count(*) FROM {Sql.Table("effect")} WHERE name = @name", ("name", name, ColumnKind.Text)),
                reader => reader.GetInt64(0)
            )
        )[0];

    public async Task<long> CountAsync(string table) =>
        (await Units.QueryAsync(new Statement($"SELECT count(*) FROM {Sql.Table(table)}"), reader => reader.GetInt64(0)))[0];

    public static OutgoingMessage Message(string destination = "exchange:agent-refund") =>
        new()
        {
            MessageId = Guid.NewGuid(),
            Destination = destination,
            MessageType = "test.v1",
            ContentType = "application/json",
            Body = Encoding.UTF8.GetBytes("""{"text":"\u00e4 'quoted' \u0000 value"}"""),
        };

    public static OutgoingMessage Timer(Guid token, TimeSpan delay) => Message() with { Token = token, Delay = delay };

    public async ValueTask DisposeAsync() => await provider.DisposeAsync();
}
