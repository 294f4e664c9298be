using System.Diagnostics;
using Coordination.Contracts.V1;
using Coordination.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Coordination.Persistence.Tests.Bus;

/// <summary>What a broker does to a program besides delivering its messages.</summary>
[Trait("needs", "servers")]
public sealed class A_program_at_the_broker
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ends_soon_while_the_broker_is_away()
    {
        await using var installation = await Real.CreateAsync();
        await using var proxy = new TcpProxy(installation.Broker.Host, installation.Broker.Port);
        await using var behind = new Real(
            new UriBuilder(installation.Broker) { Host = "127.0.0.1", Port = proxy.Port }.Uri,
            installation.Database
        );
        using var host = await behind.StartAsync(Effects.Endpoint);
        await proxy.DisposeAsync();
        await Eventually.Until(
            () => Task.FromResult(!host.Services.GetRequiredService<IOutboxSender>().IsReady),
            Deadline,
            "the connection is lost",
            Ct
        );
        var ending = Stopwatch.StartNew();

        await host.Services.GetRequiredService<RabbitReceiving>().StopAsync(Ct).WaitAsync(TimeSpan.FromSeconds(10), Ct);

        ending.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task Starts_nothing_new_at_its_end_and_leaves_the_rest_to_others()
    {
        await using var installation = await Real.CreateAsync();
        var runs = 0;
        var leave = new TaskCompletionSource();
        Action<CoordinationBuilder> Endpoint(Func<Task> handle) =>
            builder => builder.AddEndpoint("slow", (_, endpoint) => endpoint.Consumer(() => new Consumer(handle)), 1, 50);

        using var host = await installation.StartAsync(
            Endpoint(() =>
            {
                Interlocked.Increment(ref runs);
                return leave.Task;
            }),
            outbox => outbox.HandOver = false
        );
        await SendAsync(host, Enumerable.Range(0, 20).Select(_ => Message(host, "slow")));
        var endpoint = host.Services.GetRequiredService<LocalEndpoints>().All.Single();
        await Eventually.Until(() => Task.FromResult(runs == 1 && endpoint.Waiting == 19), Deadline, "all are here", Ct);

        var stopping = host.StopAsync(Ct);
        var others = 0;
        using var other = await installation.StartAsync(Endpoint(() => Task.FromResult(Interlocked.Increment(ref others))));
        await Eventually.Until(() => Task.FromResult(Volatile.Read(ref others) == 19), Deadline, "another process handles what waited", Ct);
        leave.SetResult();
        await stopping.WaitAsync(Deadline, Ct);

        runs.ShouldBe(1);
        await other.StopAsync(Ct);
        other.Services.GetRequiredService<PersistenceMetrics>().DuplicateTotal.ShouldBe(0);
        others.ShouldBe(19);
    }

    [Fact]
    public async Task Receives_for_its_other_endpoints_when_a_queue_cannot_be_declared_and_says_so_once()
    {
        await using var installation = await Real.CreateAsync();
        await using (var connection = await new ConnectionFactory { Uri = installation.Broker }.CreateConnectionAsync(Ct))
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
            await channel.QueueDeclareAsync("effects", durable: false, exclusive: false, autoDelete: false, cancellationToken: Ct);
        }

        var heard = 0;
        Task Heard()
        {
            Interlocked.Increment(ref heard);
            return Task.CompletedTask;
        }

        var logs = new CountingLogs();
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddProvider(logs);
        builder.Services.AddCoordination(c =>
        {
            c.UseRabbitMq(installation.Broker.ToString()).UsePostgres(installation.Database);
            Effects.Endpoint(c);
            c.AddEndpoint("others", (_, endpoint) => endpoint.Consumer(() => new Consumer(Heard)));
        });
        builder.Services.Configure<OutboxOptions>(outbox => outbox.HandOver = false);
        using var host = builder.Build();
        await host.Services.GetRequiredService<SchemaMigrator>().MigrateAsync();
        await host.StartAsync(Ct);
        await Eventually.Until(() => logs.Deaf > 0, Deadline, "it has said so", Ct);

        await SendAsync(host, [Message(host, "others")]);
        await Eventually.Until(() => Volatile.Read(ref heard) == 1, Deadline, "the other endpoint receives", Ct);
        var health = host.Services.GetRequiredService<HealthCheckService>();
        var receiving = (await health.CheckHealthAsync(Ct)).Entries["receiving"];
        receiving.Status.ShouldBe(HealthStatus.Unhealthy);
        receiving.Description!.ShouldContain("The queue of endpoint effects could not be declared");
        receiving.Description!.ShouldNotContain("others");

        await using (var connection = await new ConnectionFactory { Uri = installation.Broker }.CreateConnectionAsync(Ct))
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
            await channel.QueueDeleteAsync("effects", cancellationToken: Ct);
        }

        await Eventually.Until(
            async () => (await health.CheckHealthAsync(Ct)).Entries["receiving"].Status == HealthStatus.Healthy,
            Deadline,
            "what stood in the way is gone",
            Ct
        );
        logs.Deaf.ShouldBe(1);
        logs.Lost.ShouldBe(0);
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task Is_not_stopped_by_a_message_whose_header_fits_no_frame()
    {
        await using var installation = await Real.CreateAsync();
        var run = Guid.CreateVersion7();
        using var host = await installation.StartAsync(
            Effects.Endpoint,
            outbox =>
            {
                outbox.HandOver = false;
                outbox.MaxAttempts = 3;
            }
        );
        var bad = Message(host, "effects");
        bad = bad with { Headers = new Dictionary<string, string>(StringComparer.Ordinal) { [new string('x', 300)] = "1" } };

        await SendAsync(host, [.. Enumerable.Range(0, 20).Select(_ => Effects.Message(host, run)), bad]);
        for (var i = 0; i < 20; i++)
        {
            await SendAsync(host, [Effects.Message(host, run)]);
        }

        await Eventually.Until(async () => await Effects.CountAsync(host, run) == 40, Deadline, "the others have arrived", Ct);
        await Eventually.Until(async () => await ParkedAsync(host) == 1, Deadline, "the bad one is parked", Ct);
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task Finds_out_which_message_the_broker_closes_the_channel_for()
    {
        await using var installation = await Real.CreateAsync();
        using var host = await installation.StartAsync(Effects.Endpoint, outbox => outbox.HandOver = false);
        var sender = host.Services.GetRequiredService<IOutboxSender>();
        var run = Guid.CreateVersion7();
        var tooLarge = Message(host, "effects") with { Body = new byte[17 * 1024 * 1024] };
        var tries = 0;
        async Task<bool> IsRefusedAsync()
        {
            if (!sender.IsReady)
            {
                return false;
            }

            tries++;
            var others = Enumerable.Range(0, 5).Select(_ => sender.SendAsync(Effects.Message(host, run), Ct)).ToList();
            try
            {
                await sender.SendAsync(tooLarge, Ct);
            }
            catch (UndeliverableException)
            {
                return true;
            }
            catch (BrokerLostException) { }
            finally
            {
                await Task.WhenAll(others).WaitAsync(Deadline, Ct).ContinueWith(_ => { }, TaskScheduler.Default);
            }

            return false;
        }

        await Eventually.Until(IsRefusedAsync, Deadline, "it is known which one it is", Ct);

        tries.ShouldBeLessThan(4);
        await host.StopAsync(Ct);
    }

    private static async Task<long> ParkedAsync(IHost host)
    {
        var units = host.Services.GetRequiredService<IUnitOfWorkFactory>();
        return (
            await units.QueryAsync(new Statement($"SELECT count(*) FROM {units.Dialect.Table("dead_letter")}"), row => row.GetInt64(0), Ct)
        )[0];
    }

    private static OutgoingMessage Message(IHost host, string endpoint)
    {
        var run = Guid.CreateVersion7();
        return ContractOutgoing.To(
            endpoint,
            new StepProgress
            {
                RunId = run,
                StepId = "one",
                Attempt = 1,
            },
            Installation.Envelope(host, run)
        );
    }

    private static async Task SendAsync(IHost host, IEnumerable<OutgoingMessage> messages)
    {
        await using var work = host.Services.GetRequiredService<IUnitOfWorkFactory>().Create();
        foreach (var message in messages)
        {
            work.Send(message);
        }

        await work.CommitAsync(Ct);
    }

    private sealed class Consumer(Func<Task> handle) : IConsumer<StepProgress>
    {
        public Task Consume(ConsumeContext<StepProgress> context) => handle();
    }

    private sealed class CountingLogs : ILoggerProvider, ILogger
    {
        private int lost;
        private int deaf;

        /// <summary>Connections said to be lost.</summary>
        public int Lost => Volatile.Read(ref lost);

        /// <summary>Endpoints said to receive nothing.</summary>
        public int Deaf => Volatile.Read(ref deaf);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (eventId.Id == 3301)
            {
                Interlocked.Increment(ref lost);
            }
            else if (eventId.Id == 3304)
            {
                Interlocked.Increment(ref deaf);
            }
        }

        public void Dispose() { }
    }
}
