using System.Collections.Concurrent;
using System.Collections.Immutable;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.Edges.Tests;

/// <summary>
/// A process of the product with one endpoint. Each run of its handler is counted in memory, by the message's run id; its effect is a row in the
/// database, committed with the inbox. A message handled twice would show as two rows.
/// </summary>
internal sealed class Desk : IAsyncDisposable
{
    public const string Endpoint = "edge-desk";
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private readonly IHost host;
    private readonly ConcurrentDictionary<Guid, int> runs = new();
    private Func<StepProgress, Task> work = _ => Task.CompletedTask;

    private Desk(
        string broker,
        string database,
        Action<CoordinationBuilder>? configure,
        Action<OutboxOptions>? outbox,
        TimeSpan? heartbeat,
        string endpointName
    )
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddProvider(Log);
        builder.Services.AddCoordination(c =>
        {
            c.UseRabbitMq(broker, rabbit => rabbit.Heartbeat = heartbeat ?? rabbit.Heartbeat)
                .UsePostgres(database, store => store.Grace = TimeSpan.FromSeconds(2))
                .AddEndpoint(endpointName, (_, endpoint) => endpoint.Consumer(() => new Worker(this)));
            configure?.Invoke(c);
        });
        builder.Services.Configure<OutboxOptions>(options =>
        {
            options.SweepInterval = TimeSpan.FromMilliseconds(200);
            // These tests are about the broker: no message goes past it.
            options.HandOver = false;
            outbox?.Invoke(options);
        });
        host = builder.Build();
    }

    /// <summary>Everything the process logged.</summary>
    public LogLines Log { get; } = new();

    public T Get<T>()
        where T : notnull => host.Services.GetRequiredService<T>();

    /// <summary>Runs of the handler, whether they came to an end or not.</summary>
    public int Runs => runs.Values.Sum();

    public int RunsOf(Guid run) => runs.GetValueOrDefault(run);

    /// <summary>Where the handler sends an answer, in one transaction with its effect; null: nowhere.</summary>
    public string? Answers { get; set; }

    /// <summary>What the handler does before its effect.</summary>
    public void Does(Func<StepProgress, Task> what) => work = what;

    public static async Task<Desk> OpenAsync(
        string broker,
        string database,
        Action<CoordinationBuilder>? configure = null,
        Action<OutboxOptions>? outbox = null,
        TimeSpan? heartbeat = null,
        string endpoint = Endpoint
    )
    {
        var desk = new Desk(broker, database, configure, outbox, heartbeat, endpoint);
        try
        {
            await desk.Get<SchemaMigrator>().MigrateAsync();
            var table =
                "CREATE TABLE IF NOT EXISTS effects (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, run uuid NOT NULL, "
                + "at timestamptz NOT NULL DEFAULT clock_timestamp())";
            await desk.Get<IUnitOfWorkFactory>().ExecuteAsync(new Statement(table));
            await desk.host.StartAsync();
            await Eventually.Until(() => desk.Get<IOutboxSender>().IsReady, Soon, "the bus to be ready");
            return desk;
        }
        catch
        {
            await desk.DisposeAsync();
            throw;
        }
    }

    /// <summary>On a virtual host and a database of its own.</summary>
    public static async Task<(Desk Desk, Uri Broker)> OpenAsync(
        Action<CoordinationBuilder>? configure = null,
        Action<OutboxOptions>? outbox = null
    )
    {
        var ct = TestContext.Current.CancellationToken;
        var broker = await (await TestServers.Rabbit(ct)).NewVirtualHostAsync(ct);
        var database = await (await TestServers.Postgres(ct)).NewDatabaseAsync(ct: ct);
        return (await OpenAsync(broker.ToString(), database, configure, outbox), broker);
    }

    /// <summary>A message of the product to an endpoint.</summary>
    public OutgoingMessage Message(Guid run, string endpoint = Endpoint) =>
        ContractOutgoing.To(endpoint, Letters.Body(run), Get<EnvelopeFactory>().Root(run) with { RunId = run });

    /// <summary>Stores messages as a service would that accepts work; they leave after it.</summary>
    public async Task AcceptAsync(params IEnumerable<OutgoingMessage> messages)
    {
        await using var unit = Get<IUnitOfWorkFactory>().Create();
        foreach (var message in messages)
        {
            unit.Send(message);
        }

        await unit.CommitAsync(TestContext.Current.CancellationToken);
    }

    public async Task<ImmutableDictionary<Guid, int>> EffectsAsync() =>
        (
            await QueryAsync("SELECT run, count(*)::int FROM effects GROUP BY run", row => (row.GetGuid(0), row.GetInt32(1)))
        ).ToImmutableDictionary(pair => pair.Item1, pair => pair.Item2);

    public async Task<int> EffectCountAsync() => (await QueryAsync("SELECT count(*)::int FROM effects", row => row.GetInt32(0)))[0];

    public Task<IReadOnlyList<DeadLetter>> ParkedAsync() => Get<IDeadLetters>().ListAsync(null, null, 1_000);

    public async Task<DeadLetter> OneParkedAsync()
    {
        await Eventually.Until(async () => (await ParkedAsync()).Count > 0, Soon, "a message to be parked");
        return (await ParkedAsync()).ShouldHaveSingleItem();
    }

    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, Func<System.Data.Common.DbDataReader, T> read) =>
        Get<IUnitOfWorkFactory>().QueryAsync(new Statement(sql), read);

    public async ValueTask DisposeAsync()
    {
        using (host)
        {
            await host.StopAsync();
        }
    }

    private sealed class Worker(Desk desk) : IConsumer<StepProgress>
    {
        public async Task Consume(ConsumeContext<StepProgress> context)
        {
            desk.runs.AddOrUpdate(context.Message.RunId, 1, (_, count) => count + 1);
            await desk.work(context.Message);
            var unit = context.GetPayload<IUnitOfWork>();
            unit.Execute(new Statement("INSERT INTO effects (run) VALUES (@run)", ("run", context.Message.RunId, ColumnKind.Uuid)));
            if (desk.Answers is { } answers)
            {
                unit.Send(desk.Message(context.Message.RunId, answers));
            }
        }
    }
}
