using Coordination.Contracts.V1;
using Coordination.Testing;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.Monitor.Bench.Load;

/// <summary>Host and workers in one process, on RabbitMQ and PostgreSQL of their own: runs of five steps in a row whose agent costs nothing.</summary>
internal sealed class Backbone : IAsyncDisposable
{
    private readonly RabbitServer rabbit;
    private readonly PostgresServer postgres;
    private readonly IHost host;
    private readonly Completions completions;
    private readonly RunClient client;

    private Backbone(RabbitServer rabbit, PostgresServer postgres, IHost host, Completions completions, string database)
    {
        (this.rabbit, this.postgres, this.host, this.completions) = (rabbit, postgres, host, completions);
        client = host.Services.GetRequiredService<RunClient>();
        Database = database;
    }

    public string Database { get; }

    public static async Task<Backbone> StartAsync()
    {
        var broker = await TestServers.StartDedicatedRabbitAsync(CancellationToken.None, hostNetwork: true);
        var server = await TestServers.StartDedicatedPostgresAsync(CancellationToken.None, durable: true, hostNetwork: true);
        var database = await server.NewDatabaseAsync();
        await MonitorProcess.MigrateAsync(database);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddCoordination(backbone =>
            backbone.UseRabbitMq(broker.Amqp.ToString()).UsePostgres(database).AddRuns(runs => runs.AgentTypes.Add("bench"))
        );
        builder.Services.AddAgent<Echo>(
            "bench",
            agent =>
            {
                agent.Inline = true;
                agent.Concurrency = 64;
            }
        );
        var built = builder.Build();
        await built.StartAsync();
        return new Backbone(broker, server, built, await Completions.ListenAsync(broker.Amqp), database);
    }

    /// <summary>One run, from the submission until others hear that it has completed.</summary>
    public async Task RunAsync()
    {
        var id = Guid.CreateVersion7();
        var over = completions.WaitAsync(id);
        await client.SubmitAsync(Plan, new SubmitOptions { RunId = id, Requester = "bench" });
        await over;
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
        await completions.DisposeAsync();
        await postgres.DisposeAsync();
        await rabbit.DisposeAsync();
    }

    private static RunPlan Plan { get; } = FiveStepsInARow();

    private static RunPlan FiveStepsInARow()
    {
        var plan = Workers.Plan.Named("bench");
        for (var step = 1; step <= 5; step++)
            plan.Step($"s{step}", "bench", new Words(new string('x', 200)), after: step == 1 ? [] : [$"s{step - 1}"]);
        return plan.Build();
    }

    private sealed record Words(string Text);

    private sealed class Echo : IAgent<Words, Words>
    {
        public Task<Words> ExecuteAsync(Words input, AgentContext context, CancellationToken cancellationToken) => Task.FromResult(input);
    }
}
