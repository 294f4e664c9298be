using Coordination.Contracts;
using Coordination.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.Persistence.Tests.Bus;

/// <summary>Where a test runs: embedded, or on a real broker and database. One installation may be started many times, as after a crash.</summary>
public abstract class Installation : IAsyncDisposable
{
    protected abstract void Choose(CoordinationBuilder builder);

    public async Task<IHost> StartAsync(Action<CoordinationBuilder>? configure = null, Action<OutboxOptions>? outbox = null)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddProvider(new TestOutputLogs()).SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddCoordination(c =>
        {
            Choose(c);
            configure?.Invoke(c);
        });
        builder.Services.Configure<OutboxOptions>(options =>
        {
            options.SweepInterval = TimeSpan.FromMilliseconds(100);
            options.RetryDelay = TimeSpan.FromMilliseconds(100);
            outbox?.Invoke(options);
        });
        var host = builder.Build();
        await host.Services.GetRequiredService<SchemaMigrator>().MigrateAsync();
        await host.StartAsync();
        var sender = host.Services.GetRequiredService<IOutboxSender>();
        await Eventually.Until(() => Task.FromResult(sender.IsReady), TimeSpan.FromSeconds(30), "the bus is ready");
        return host;
    }

    public abstract ValueTask DisposeAsync();

    public static Envelope Envelope(IHost host, Guid run) =>
        host.Services.GetRequiredService<EnvelopeFactory>().Root(run) with
        {
            RunId = run,
        };
}

public sealed class Embedded : Installation
{
    private readonly string folder = Directory.CreateTempSubdirectory("coordination-").FullName;

    protected override void Choose(CoordinationBuilder builder) =>
        builder.UseInMemory().UseSqlite(Path.Combine(folder, "coordination.db"), o => o.Grace = TimeSpan.FromSeconds(2));

    public override ValueTask DisposeAsync()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}

public sealed class Real(Uri broker, string database) : Installation
{
    public Uri Broker { get; } = broker;

    public string Database { get; } = database;

    public static async Task<Real> CreateAsync()
    {
        var rabbit = await TestServers.Rabbit(TestContext.Current.CancellationToken);
        var postgres = await TestServers.Postgres(TestContext.Current.CancellationToken);
        return new Real(await rabbit.NewVirtualHostAsync(), await postgres.NewDatabaseAsync(ct: TestContext.Current.CancellationToken));
    }

    protected override void Choose(CoordinationBuilder builder) =>
        builder.UseRabbitMq(Broker.ToString()).UsePostgres(Database, o => o.Grace = TimeSpan.FromSeconds(2));

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Shows what the program logs beside the test that caused it.</summary>
internal sealed class TestOutputLogs : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) => TestContext.Current.TestOutputHelper?.WriteLine($"{logLevel}: {formatter(state, exception)} {exception?.Message}");

    public void Dispose() { }
}
