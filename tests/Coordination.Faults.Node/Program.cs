using Coordination.Faults.Node;
using Coordination.Faults.Node.Agents;
using Coordination.Faults.Node.Ballots;
using Coordination.Faults.Node.Errands;
using Coordination.Faults.Node.Feeding;
using Coordination.Faults.Node.Matrix;
using Coordination.Faults.Node.Orders;
using Coordination.Faults.Node.Outside;
using Coordination.Persistence;
using Coordination.Workers;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// One process of the fault suite's fleet, made of the public parts of the product and killed at any moment.
var settings = NodeSettings.Read(args[0]);
await using var lines = new Lines(settings);
var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
builder.Logging.AddSimpleConsole(console =>
{
    console.SingleLine = true;
    console.TimestampFormat = "HH:mm:ss.fff ";
});
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.Configure<OutboxOptions>(outbox =>
{
    outbox.Lease = TimeSpan.FromSeconds(8);
    // The short way has an order of its own: what others sent by the broker may still lie in the queue.
    outbox.HandOver = !settings.Roles.Contains("orders");
});
builder.Services.AddSingleton(settings);
builder.Services.AddSingleton<EffectLedger>();
builder.Services.AddCoordination(backbone =>
{
    backbone
        .UseRabbitMq(lines.Broker, rabbit => rabbit.Heartbeat = TimeSpan.FromSeconds(5))
        .UsePostgres(lines.Database, postgres => postgres.Grace = TimeSpan.FromSeconds(8));
    if (settings.Sink is not null || settings.Roles.Contains("ballots"))
    {
        // Every message is innocent, and meets more kills than any in the world outside.
        backbone.Guard(guard => guard.MaxRedeliveries = 1_000);
    }

    if (settings.Roles.Contains("host") || settings.Roles.Contains("migrate"))
    {
        backbone.AddRuns(runs =>
        {
            runs.QueueAllowance = TimeSpan.FromSeconds(8);
            foreach (var type in settings.Sink is null ? Work.AgentTypes : [MatrixWork.AgentType, .. settings.Errands])
            {
                runs.AgentTypes.Add(type);
            }
        });
    }

    if (settings.Roles.Contains("ballots"))
    {
        backbone.AddConsensus(BallotWork.Define);
    }

    if (settings.Roles.Contains("orders"))
    {
        backbone.AddEndpoint(OrderConsumer.Endpoint, ConfigureOrders, concurrentMessageLimit: 1, prefetchCount: 32);
    }
});
if (settings.Roles.Contains("worker"))
{
    if (settings.Sink is null)
    {
        foreach (var type in Work.AgentTypes)
        {
            builder.Services.AddAgent<Worker>(type, agent => agent.Concurrency = 8);
        }
    }
    else
    {
        builder.Services.AddSingleton<SinkClient>();
        foreach (var type in settings.Errands)
        {
            builder.Services.AddAgent<ErrandAgent>(type);
        }

        if (settings.Errands.Count == 0)
        {
            builder.Services.AddAgent<MatrixAgent>(MatrixWork.AgentType, agent => agent.Concurrency = 4);
        }
    }

    builder.Services.ConfigureWorkers(workers =>
    {
        workers.LeaseTtl = settings.Lease;
        workers.PollInterval = TimeSpan.FromMilliseconds(300);
        workers.ClaimWait = TimeSpan.FromSeconds(5);
        workers.ShutdownGrace = TimeSpan.FromSeconds(3);
        workers.CancelGrace = TimeSpan.FromSeconds(1);
        // In the matrix every attempt is innocent, and meets more kills than any in the world outside.
        workers.MaxCrashes = settings.Sink is null ? 3 : 1_000;
    });
}

builder.Services.AddWorkersSchema();
builder.Services.AddRunClient();
if (settings.Roles.Contains("feeder"))
{
    builder.Services.AddSingleton<SubmissionLog>();
    builder.Services.AddSingleton<Func<long, Work>>(index =>
        settings.Sink is null ? Work.Number(index, settings.Seed, settings.KillerEvery) : MatrixWork.Number(index, settings.Seed)
    );
    builder.Services.AddHostedService<RunFeeder>();
    if (settings.Sink is null)
    {
        builder.Services.AddHostedService<OrderFeeder>();
    }
}

using var host = builder.Build();
if (settings.Roles.Contains("migrate"))
{
    await host.Services.GetRequiredService<SchemaMigrator>().MigrateAsync();
    return;
}

if (settings.Roles.Contains("audit"))
{
    await Audit.RunAsync(settings.Database);
    return;
}

var commands = Task.Run(() => Commands.ListenAsync(lines, host.Services.GetRequiredService<RunClient>()));
await host.StartAsync();
var sender = host.Services.GetRequiredService<IOutboxSender>();
while (!sender.IsReady)
{
    await Task.Delay(50);
}

Console.WriteLine("up");
await host.WaitForShutdownAsync();

static void ConfigureOrders(IBusRegistrationContext context, IReceiveEndpointConfigurator endpoint)
{
    if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
    {
        // While a dead process still counts as a consumer its successor waits: a key's messages are handled by one process at a time.
        rabbit.SetQueueArgument("x-single-active-consumer", true);
    }

    // One message at a time: a retry waits where the next message of its key could pass it otherwise.
    endpoint.Consumer(() => new OrderConsumer(context.GetRequiredService<NodeSettings>()));
}
