using Coordination.Testing;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.Persistence.Tests.Bus;

/// <summary>A program that knows only MassTransit and registers our store where it used to register the EF Core one.</summary>
public abstract class PlainMassTransit
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    protected abstract ValueTask<Action<IServiceCollection, IBusRegistrationConfigurator>> InstallAsync();

    [Fact]
    [Trait("req", "WAL-12")]
    public async Task Sagas_count_every_message_once_under_concurrency()
    {
        using var host = await StartAsync();
        var ids = Enumerable.Range(0, 20).Select(_ => Guid.CreateVersion7()).ToList();

        await SendAsync(host, ids.SelectMany(id => Enumerable.Range(0, 10).Select(_ => (object)new Increment(id))));

        foreach (var id in ids)
        {
            await Eventually.Until(async () => (await LoadAsync(host, id))?.Count == 10, Deadline, "the saga has counted to ten");
        }

        await host.StopAsync();
    }

    [Fact]
    public async Task Eight_first_messages_at_once_make_one_saga()
    {
        using var host = await StartAsync();
        var id = Guid.CreateVersion7();

        await SendAsync(host, Enumerable.Range(0, 8).Select(_ => (object)new Increment(id)));

        await Eventually.Until(async () => (await LoadAsync(host, id))?.Count == 8, Deadline, "the saga has counted to eight");
        await host.StopAsync();
    }

    [Fact]
    public async Task A_scheduled_message_arrives_once_and_is_listed_until_then()
    {
        using var host = await StartAsync();
        var id = Guid.CreateVersion7();

        await SendAsync(host, [new Increment(id), new Snooze(id, 700)]);

        await Eventually.Until(async () => (await LoadAsync(host, id))?.Count == 101, Deadline, "the timer has fired");
        (await LoadAsync(host, id))!.Count.ShouldBe(101);
        var timers = host.Services.GetRequiredService<ITimers>();
        await Eventually.Until(async () => (await timers.ListAsync(null, 10)).Count == 0, Deadline, "its row is gone");
        await host.StopAsync();
    }

    [Fact]
    public async Task A_cancelled_timer_does_not_fire()
    {
        using var host = await StartAsync();
        var id = Guid.CreateVersion7();
        var timers = host.Services.GetRequiredService<ITimers>();

        await SendAsync(host, [new Increment(id), new Snooze(id, 60_000)]);
        await Eventually.Until(async () => (await timers.ListAsync(null, 10)).Count == 1, Deadline, "the timer is set");
        await SendAsync(host, [new Wake(id)]);

        await Eventually.Until(async () => (await timers.ListAsync(null, 10)).Count == 0, Deadline, "the timer is gone");
        await host.StopAsync();
    }

    [Fact]
    public async Task A_handler_that_throws_leaves_nothing()
    {
        using var host = await StartAsync();
        var id = Guid.CreateVersion7();

        await SendAsync(host, [new Increment(id), new Fail(id)]);

        await Eventually.Until(async () => (await LoadAsync(host, id))?.Count >= 1, Deadline, "the saga is there");
        await SendAsync(host, [new Increment(id)]);
        await Eventually.Until(async () => (await LoadAsync(host, id))?.Count == 2, Deadline, "only the two increments count");
        await host.StopAsync();
    }

    [Fact]
    [Trait("req", "WAL-12")]
    public async Task Outside_a_consumer_messages_leave_with_the_commit_and_not_without()
    {
        using var host = await StartAsync();
        var (kept, dropped) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        await using (var scope = host.Services.CreateAsyncScope())
        {
            await SendInScopeAsync(scope.ServiceProvider, new Increment(dropped));
        }

        await using (var scope = host.Services.CreateAsyncScope())
        {
            await SendInScopeAsync(scope.ServiceProvider, new Increment(kept));
            (await LoadAsync(host, kept)).ShouldBeNull();
            await scope.ServiceProvider.GetRequiredService<BusOutbox>().CommitAsync();
        }

        await Eventually.Until(async () => (await LoadAsync(host, kept))?.Count == 1, Deadline, "the committed message arrived");
        (await LoadAsync(host, dropped)).ShouldBeNull();
        await host.StopAsync();
    }

    private async Task<IHost> StartAsync()
    {
        var install = await InstallAsync();
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddProvider(new TestOutputLogs());
        builder.Services.AddSchemaModule<CounterContext, PostgresCounterContext, SqliteCounterContext>("counter");
        builder.Services.Configure<OutboxOptions>(o => o.SweepInterval = TimeSpan.FromMilliseconds(100));
        builder.Services.AddMassTransit(bus =>
        {
            bus.AddCoordinationOutbox(outbox => outbox.UseBusOutbox());
            bus.AddSagaStateMachine<CounterMachine, Counter>().CoordinationRepository<Counter, CounterContext>();
            install(builder.Services, bus);
        });
        var host = builder.Build();
        await host.Services.GetRequiredService<SchemaMigrator>().MigrateAsync();
        var units = host.Services.GetRequiredService<IUnitOfWorkFactory>();
        var table = units.Dialect.Table("counter");
        var (uuid, text) = units.Dialect.IsEmbedded ? ("TEXT", "TEXT") : ("uuid", "text");
        await units.ExecuteAsync(
            new Statement(
                $"CREATE TABLE IF NOT EXISTS {table} (correlation_id {uuid} PRIMARY KEY, version integer NOT NULL, current_state {text} NOT NULL, count integer NOT NULL, wake_token {uuid} NULL)"
            )
        );
        await host.StartAsync();
        var sender = host.Services.GetRequiredService<IOutboxSender>();
        await Eventually.Until(() => Task.FromResult(sender.IsReady), Deadline, "the bus is ready");
        return host;
    }

    private static async Task SendAsync(IHost host, IEnumerable<object> messages)
    {
        var endpoint = await host.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("exchange:counters"));
        await Task.WhenAll(messages.Select(message => endpoint.Send(message, message.GetType())));
    }

    private static async Task SendInScopeAsync(IServiceProvider scope, Increment message)
    {
        var endpoint = await scope.GetRequiredService<ISendEndpointProvider>().GetSendEndpoint(new Uri("exchange:counters"));
        await endpoint.Send(message);
    }

    private static async Task<Counter?> LoadAsync(IHost host, Guid id)
    {
        await using var db = host.Services.GetRequiredService<IDbContextFactory<CounterContext>>().CreateDbContext();
        return await db.Set<Counter>().AsNoTracking().SingleOrDefaultAsync(c => c.CorrelationId == id);
    }

    internal static void Endpoint(IBusRegistrationContext context, IReceiveEndpointConfigurator endpoint)
    {
        endpoint.ConfigureConsumeTopology = false;
        endpoint.UseCoordinationOutbox(context);
        endpoint.ConfigureSaga<Counter>(context);
    }
}

public sealed class PlainMassTransit_embedded : PlainMassTransit, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("coordination-").FullName;

    protected override ValueTask<Action<IServiceCollection, IBusRegistrationConfigurator>> InstallAsync() =>
        ValueTask.FromResult<Action<IServiceCollection, IBusRegistrationConfigurator>>(
            (services, bus) =>
            {
                services.AddSqliteStore(o => o.Path = Path.Combine(folder, "plain.db"));
                bus.UsingInMemory((context, cfg) => cfg.ReceiveEndpoint("counters", e => Endpoint(context, e)));
            }
        );

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }
}

[Trait("needs", "servers")]
public sealed class PlainMassTransit_on_broker_and_database : PlainMassTransit
{
    protected override async ValueTask<Action<IServiceCollection, IBusRegistrationConfigurator>> InstallAsync()
    {
        var real = await Real.CreateAsync();
        return (services, bus) =>
        {
            services.AddPostgresStore(o => o.ConnectionString = real.Database);
            bus.UsingRabbitMq(
                (context, cfg) =>
                {
                    cfg.Host(real.Broker);
                    cfg.ReceiveEndpoint(
                        "counters",
                        e =>
                        {
                            e.SetQuorumQueue();
                            Endpoint(context, e);
                        }
                    );
                }
            );
        };
    }
}

public sealed record Increment(Guid Id);

public sealed record Snooze(Guid Id, int Milliseconds);

public sealed record Woke(Guid Id);

public sealed record Wake(Guid Id);

public sealed record Fail(Guid Id);

public sealed class Counter : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }
    public int Version { get; set; }
    public string CurrentState { get; set; } = "";
    public int Count { get; set; }
    public Guid? WakeToken { get; set; }
}

internal sealed class CounterMachine : MassTransitStateMachine<Counter>
{
    public CounterMachine()
    {
        InstanceState(c => c.CurrentState);
        Event(() => Incremented, e => e.CorrelateById(m => m.Message.Id));
        Event(() => Snoozed, e => e.CorrelateById(m => m.Message.Id));
        Event(() => Waked, e => e.CorrelateById(m => m.Message.Id));
        Event(() => Failed, e => e.CorrelateById(m => m.Message.Id));
        Schedule(() => Timer!, c => c.WakeToken, s => s.Received = r => r.CorrelateById(m => m.Message.Id));
        Initially(When(Incremented).Then(c => c.Saga.Count++).TransitionTo(Active));
        Initially(Ignore(Waked));
        Initially(
            When(Snoozed)
                .Schedule(Timer, c => new Woke(c.Message.Id), c => TimeSpan.FromMilliseconds(c.Message.Milliseconds))
                .TransitionTo(Active)
        );
        During(
            Active,
            When(Incremented).Then(c => c.Saga.Count++),
            When(Snoozed).Schedule(Timer, c => new Woke(c.Message.Id), c => TimeSpan.FromMilliseconds(c.Message.Milliseconds)),
            When(Waked).Unschedule(Timer),
            When(Failed)
                .Then(c =>
                {
                    c.Saga.Count += 1000;
                    throw new InvalidOperationException("on purpose");
                }),
            When(Timer.Received).Then(c => c.Saga.Count += 100)
        );
    }

    public State Active { get; } = null!;
    public Event<Increment> Incremented { get; } = null!;
    public Event<Snooze> Snoozed { get; } = null!;
    public Event<Wake> Waked { get; } = null!;
    public Event<Fail> Failed { get; } = null!;
    public Schedule<Counter, Woke> Timer { get; } = null!;
}

internal abstract class CounterContext(DbContextOptions options) : ModuleDbContext(options)
{
    protected override void DefineModel(ModelBuilder model)
    {
        model.Entity<Counter>().ToTable("counter").HasKey(c => c.CorrelationId);
    }
}

internal sealed class PostgresCounterContext(DbContextOptions<PostgresCounterContext> options) : CounterContext(options);

internal sealed class SqliteCounterContext(DbContextOptions<SqliteCounterContext> options) : CounterContext(options);
