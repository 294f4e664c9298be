using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coordination.Workers.Tests;

/// <summary>
/// A worker process in miniature: everything but the bus. Deliveries are handed to it as the pipeline would; what it says is read from the outbox table.
/// </summary>
internal sealed class WorkerNode : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly ServiceProvider services;

    private WorkerNode(ServiceProvider services, Script script) => (this.services, Script) = (services, script);

    public Script Script { get; }

    public IUnitOfWorkFactory Units => Get<IUnitOfWorkFactory>();

    public AgentRegistration Agent => Get<AgentRegistration>();

    public long Fenced => Get<WorkerMetrics>().FencedTotal;

    public static async Task<WorkerNode> CreateAsync(
        Action<IServiceCollection> store,
        string name,
        Action<WorkerOptions>? configure = null,
        Action<AgentOptions>? agent = null,
        TimeProvider? time = null,
        Action<IServiceCollection>? more = null
    )
    {
        var script = new Script(name);
        var collection = new ServiceCollection();
        collection.AddLogging();
        if (time is not null)
        {
            collection.AddSingleton(time);
        }

        store(collection);
        collection.AddSingleton(
            new Sender
            {
                Type = "test",
                Instance = name,
                Build = "1",
            }
        );
        collection.AddSingleton<EnvelopeFactory>();
        collection.AddSingleton(script);
        collection.ConfigureWorkers(options =>
        {
            options.LeaseTtl = TimeSpan.FromSeconds(1);
            options.PollInterval = TimeSpan.FromMilliseconds(50);
            options.ClaimWait = TimeSpan.Zero;
            options.CancelGrace = TimeSpan.FromMilliseconds(200);
            options.ShutdownGrace = TimeSpan.FromMilliseconds(200);
            configure?.Invoke(options);
        });
        if (more is null)
        {
            collection.AddAgent<ScriptedAgent>("worker", agent);
        }

        more?.Invoke(collection);
        var node = new WorkerNode(collection.BuildServiceProvider(), script);
        await node.Get<SchemaMigrator>().MigrateAsync();
        return node;
    }

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    /// <summary>Starts lease renewal and recovery, as a host does.</summary>
    public async Task<WorkerNode> StartAsync()
    {
        foreach (var service in services.GetServices<IHostedService>().Where(service => service is LeaseKeeper or ClaimRecovery))
        {
            await service.StartAsync(CancellationToken.None);
        }

        return this;
    }

    /// <summary>Ends as a host does on SIGTERM.</summary>
    public async Task ShutDownAsync()
    {
        await services.GetServices<IHostedService>().OfType<IHostedLifecycleService>().Single().StoppingAsync(CancellationToken.None);
        await StopLoopsAsync();
    }

    public static ExecuteStep Order(string name, long timeoutMs = 60_000, Guid? runId = null, int attempt = 1) =>
        new()
        {
            RunId = runId ?? Guid.CreateVersion7(),
            StepId = "step",
            Attempt = attempt,
            AgentType = "worker",
            Input = JsonSerializer.SerializeToElement(new { name }),
            TimeoutMs = timeoutMs,
        };

    /// <summary>A delivery of an order, with a free slot if there is one.</summary>
    public Task<bool> DeliverAsync(ExecuteStep order, Guid? messageId = null, DateTimeOffset? deadline = null) =>
        DeliverAsync(StepWork.From(order), messageId, deadline);

    public Task<bool> DeliverAsync(StepWork order, Guid? messageId = null, DateTimeOffset? deadline = null) =>
        DeliverAsync(order, Agent, messageId, deadline);

    public async Task<bool> DeliverAsync(StepWork order, AgentRegistration agent, Guid? messageId = null, DateTimeOffset? deadline = null)
    {
        using var slot = !agent.Options.Inline && agent.Slots.TryTake() ? new SlotHold(agent.Slots) : null;
        return await DeliverAsync(
            messageId,
            (work, envelope) =>
                Get<StepIntake>().AcceptAsync(work, agent, order, envelope with { Deadline = deadline }, slot, CancellationToken.None)
        );
    }

    public Task<bool> DeliverAsync(CancelStep message) =>
        DeliverAsync(null, (work, envelope) => Get<StepIntake>().CancelAsync(work, Agent, message, envelope, CancellationToken.None));

    /// <summary>The answers in the outbox about a run, oldest first.</summary>
    public Task<IReadOnlyList<object>> AnswersAsync(Guid runId) => SaidAsync(runId, Wire.RunsEndpoint);

    /// <summary>What the outbox holds for an endpoint about a run or ballot, oldest first.</summary>
    public async Task<IReadOnlyList<object>> SaidAsync(Guid groupId, string endpoint)
    {
        var rows = await Units.QueryAsync(
            new Statement(
                $"SELECT message_type, body FROM {Units.Dialect.Table("outbox")} WHERE group_id = @run AND endpoint = @endpoint ORDER BY id",
                ("run", groupId, ColumnKind.Uuid),
                ("endpoint", endpoint, ColumnKind.Text)
            ),
            row => (Type: row.GetString(0), Body: row.GetFieldValue<byte[]>(1))
        );
        return
        [
            .. rows.Select(row =>
                JsonSerializer.Deserialize(row.Body, ContractJson.Options.GetTypeInfo(ContractCatalog.Find(row.Type)!.Type))!
            ),
        ];
    }

    /// <summary>Waits for the one answer to a run's step.</summary>
    public async Task<T> AnswerAsync<T>(Guid runId)
    {
        IReadOnlyList<object> answers = [];
        await Coordination.Testing.Eventually.Until(
            async () => (answers = await AnswersAsync(runId)).Any(answer => answer is not StepProgress),
            Patience,
            "an answer of the worker"
        );
        return answers.Where(answer => answer is not StepProgress).ShouldHaveSingleItem().ShouldBeOfType<T>();
    }

    public async Task<(string State, string? Owner, long Epoch)> ClaimAsync(Guid runId)
    {
        var rows = await Units.QueryAsync(
            new Statement(
                $"SELECT state, owner, epoch FROM {Units.Dialect.Table("step_claim")} WHERE run_id = @run",
                ("run", runId, ColumnKind.Uuid)
            ),
            row => (row.GetString(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetInt64(2))
        );
        return rows.ShouldHaveSingleItem();
    }

    public async ValueTask DisposeAsync()
    {
        await StopLoopsAsync();
        var attempts = Get<RunningAttempts>().All;
        foreach (var attempt in attempts)
        {
            attempt.Stop(StopCause.LeaseLost);
        }

        // The services must not vanish under an answer that is being stored.
        await Task.WhenAll(attempts.Select(attempt => attempt.Completion))
            .WaitAsync(TimeSpan.FromSeconds(5))
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await services.DisposeAsync();
    }

    private async Task StopLoopsAsync()
    {
        Get<WorkerStop>().Begin();
        foreach (var service in services.GetServices<IHostedService>())
        {
            await service.StopAsync(CancellationToken.None);
        }
    }

    private async Task<bool> DeliverAsync(Guid? messageId, Func<IUnitOfWork, Envelope, Task> handle)
    {
        var envelope = Get<EnvelopeFactory>().Root(Guid.NewGuid());
        envelope = envelope with { MessageId = messageId ?? envelope.MessageId };
        await using var work = Units.Create(new InboxKey(new Guid(1, 2, 3, new byte[8]), envelope.MessageId));
        var isNew = await work.BeginAsync();
        if (isNew)
        {
            await handle(work, envelope);
        }

        await work.CommitAsync();
        return isNew;
    }
}
