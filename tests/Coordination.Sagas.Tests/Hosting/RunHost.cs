using System.Collections.Concurrent;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Sagas.Runs;
using Coordination.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.Sagas.Tests.Hosting;

/// <summary>A host of runs with one scripted agent type, on a store and transport of its own. Reads through the public views only.</summary>
internal sealed class RunHost : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly IHost host;

    private RunHost(IHost host, ScriptedAgent agent) => (this.host, Agent) = (host, agent);

    public ScriptedAgent Agent { get; }

    public static async Task<RunHost> StartAsync(Action<CoordinationBuilder> installation, Action<RunsOptions>? options = null)
    {
        var agent = new ScriptedAgent();
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddProvider(new TestOutputLogs()).SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddCoordination(coordination =>
        {
            installation(coordination);
            coordination.AddRuns(runs =>
            {
                runs.AgentTypes.Add("worker");
                options?.Invoke(runs);
            });
            coordination.AddEndpoint(Wire.AgentEndpoint("worker"), (_, endpoint) => endpoint.Consumer(() => agent));
        });
        builder.Services.Configure<OutboxOptions>(outbox =>
        {
            outbox.SweepInterval = TimeSpan.FromMilliseconds(50);
            outbox.RetryDelay = TimeSpan.FromMilliseconds(50);
        });
        var built = builder.Build();
        agent.Envelopes = built.Services.GetRequiredService<EnvelopeFactory>();
        await built.Services.GetRequiredService<SchemaMigrator>().MigrateAsync();
        await built.StartAsync();
        var sender = built.Services.GetRequiredService<IOutboxSender>();
        await Eventually.Until(() => Task.FromResult(sender.IsReady), Patience, "the bus is ready");
        return new RunHost(built, agent);
    }

    public async Task<Guid> SubmitAsync(RunPlan plan, Guid? runId = null, string? scope = null, string requester = "tester")
    {
        var id = runId ?? Guid.CreateVersion7();
        await SendAsync(
            id,
            new SubmitRun
            {
                RunId = id,
                Plan = plan,
                Requester = requester,
                BusinessScope = scope,
            }
        );
        return id;
    }

    public async Task<OutgoingMessage> SendAsync(Guid run, object message, Func<Envelope, Envelope>? change = null, string? endpoint = null)
    {
        var envelope = host.Services.GetRequiredService<EnvelopeFactory>().Root(run) with { RunId = run };
        var outgoing = ContractOutgoing.To(endpoint ?? Wire.RunsEndpoint, message, change?.Invoke(envelope) ?? envelope);
        await using var work = host.Services.GetRequiredService<IUnitOfWorkFactory>().Create();
        work.Send(outgoing);
        await work.CommitAsync();
        return outgoing;
    }

    public async Task<RunView> UntilAsync(Guid run, string status)
    {
        RunView? seen = null;
        await Eventually.Until(
            async () => (seen = await FindAsync(run))?.Status == status,
            Patience,
            $"run {run} is {status}, not {seen?.Status}"
        );
        return seen!;
    }

    public async Task<RunView?> FindAsync(Guid run) =>
        await QueryAsync(
            "coord_v1_runs",
            run,
            "status, reason, failed_step, compensated, outputs, joined_run_id",
            r => new RunView(
                r.GetString(0),
                r.IsDBNull(1) ? null : r.GetString(1),
                r.IsDBNull(2) ? null : r.GetString(2),
                r.GetString(3),
                r.IsDBNull(4) ? null : r.GetString(4),
                r.IsDBNull(5) ? null : Sql.ReadGuid(r, 5)
            )
        )
            is [var view, ..]
            ? view
            : null;

    public Task<IReadOnlyList<(string Id, string Status, string? WaitingOn)>> StepsAsync(Guid run) =>
        QueryAsync(
            "coord_v1_steps",
            run,
            "step_id, status, waiting_on",
            r => (r.GetString(0), r.GetString(1), r.IsDBNull(2) ? null : r.GetString(2))
        );

    public async Task<IReadOnlyList<(long Id, string Event, string? Step)>> HistoryAsync(Guid run) =>
        [
            .. (
                await QueryAsync(
                    "coord_v1_history",
                    run,
                    "id, event, step_id",
                    r => (r.GetInt64(0), r.GetString(1), r.IsDBNull(2) ? null : r.GetString(2))
                )
            ).OrderBy(h => h.Item1),
        ];

    public Task<IReadOnlyList<(string Reason, string Problems)>> RejectionsAsync(Guid run) =>
        QueryAsync("coord_v1_rejections", run, "reason, problems", r => (r.GetString(0), r.GetString(1)));

    public Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(Guid run) =>
        host.Services.GetRequiredService<IDeadLetters>().ListAsync(null, run, 100);

    public Task<IReadOnlyList<PendingTimer>> TimersAsync(Guid run) => host.Services.GetRequiredService<ITimers>().ListAsync(run, 100);

    public RunRetention Retention => host.Services.GetRequiredService<RunRetention>();

    public IUnitOfWorkFactory Units => host.Services.GetRequiredService<IUnitOfWorkFactory>();

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }

    private SqlDialect Sql => Units.Dialect;

    private Task<IReadOnlyList<T>> QueryAsync<T>(string view, Guid run, string columns, Func<System.Data.Common.DbDataReader, T> read) =>
        Units.QueryAsync(
            new Statement($"SELECT {columns} FROM {Sql.Table(view)} WHERE run_id = @run", ("run", run, ColumnKind.Uuid)),
            read
        );
}

internal sealed record RunView(string Status, string? Reason, string? FailedStep, string Compensated, string? Outputs, Guid? Joined);

/// <summary>An agent that does what the test says and otherwise succeeds with <c>{}</c>.</summary>
internal sealed class ScriptedAgent : IConsumer<ExecuteStep>, IConsumer<CompensateStep>, IConsumer<CancelStep>
{
    public EnvelopeFactory Envelopes { get; set; } = null!;

    /// <summary>Steps in the order they arrived, undoing marked with a minus.</summary>
    public ConcurrentQueue<string> Seen { get; } = new();
    public ConcurrentQueue<CancelStep> Stops { get; } = new();
    public ConcurrentQueue<(ExecuteStep Step, Envelope Envelope)> Orders { get; } = new();

    /// <summary>The answer to a step; null: none.</summary>
    public Func<ExecuteStep, object?> Answer { get; set; } = Done;

    public static StepCompleted Done(ExecuteStep step) => Done(step, "{}");

    public static StepCompleted Done(ExecuteStep step, string output) =>
        new()
        {
            RunId = step.RunId,
            StepId = step.StepId,
            Attempt = step.Attempt,
            Output = JsonDocument.Parse(output).RootElement,
        };

    public static StepFailed Failed(ExecuteStep step, string failureClass = FailureClass.Permanent) =>
        new()
        {
            RunId = step.RunId,
            StepId = step.StepId,
            Attempt = step.Attempt,
            Class = failureClass,
            Reason = ReasonCode.NonRetryable,
            IncidentId = "incident",
        };

    public Task Consume(ConsumeContext<ExecuteStep> context)
    {
        Seen.Enqueue(context.Message.StepId);
        Orders.Enqueue((context.Message, context.GetPayload<Envelope>()));
        return Reply(context, Answer(context.Message));
    }

    public Task Consume(ConsumeContext<CompensateStep> context)
    {
        var step = context.Message;
        Seen.Enqueue("-" + step.StepId);
        return Reply(
            context,
            new StepCompensated
            {
                RunId = step.RunId,
                StepId = step.StepId,
                Attempt = step.Attempt,
            }
        );
    }

    public Task Consume(ConsumeContext<CancelStep> context)
    {
        Stops.Enqueue(context.Message);
        return Task.CompletedTask;
    }

    private Task Reply(ConsumeContext context, object? answer)
    {
        if (answer is not null)
            context
                .GetPayload<IUnitOfWork>()
                .Send(ContractOutgoing.To(Wire.RunsEndpoint, answer, Envelopes.CausedBy(context.GetPayload<Envelope>())));
        return Task.CompletedTask;
    }
}

/// <summary>Shows what the host logs beside the test that caused it.</summary>
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
    ) => TestContext.Current.TestOutputHelper?.WriteLine($"{logLevel}: {formatter(state, exception)} {exception}");

    public void Dispose() { }
}
