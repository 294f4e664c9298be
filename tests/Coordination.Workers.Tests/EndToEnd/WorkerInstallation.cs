using System.Collections.Concurrent;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.Workers.Tests;

/// <summary>A whole worker process with bus and database; the run service is a stand-in that collects what it hears.</summary>
internal sealed class WorkerInstallation : IAsyncDisposable
{
    private readonly IHost host;

    private WorkerInstallation(IHost host, Heard heard, Script script) => (this.host, Heard, Script) = (host, heard, script);

    public Heard Heard { get; }

    public Script Script { get; }

    public T Get<T>()
        where T : notnull => host.Services.GetRequiredService<T>();

    public static async Task<WorkerInstallation> StartAsync(
        Action<CoordinationBuilder> choose,
        Action<AgentOptions>? agent = null,
        Action<WorkerOptions>? workers = null,
        Action<IServiceCollection>? more = null
    )
    {
        var (heard, script) = (new Heard(), new Script("process"));
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(script);
        // Before AddCoordination on purpose: the order must not matter.
        builder.Services.AddAgent<ScriptedAgent>("worker", agent);
        more?.Invoke(builder.Services);
        builder.Services.AddRunClient();
        builder.Services.ConfigureWorkers(options =>
        {
            options.PollInterval = TimeSpan.FromMilliseconds(50);
            options.ClaimWait = TimeSpan.FromMilliseconds(200);
            workers?.Invoke(options);
        });
        builder.Services.AddCoordination(coordination =>
        {
            choose(coordination);
            coordination.AddEndpoint(Wire.RunsEndpoint, (_, endpoint) => endpoint.Consumer(() => new RunService(heard)));
            coordination.AddEndpoint(Wire.BallotsEndpoint, (_, endpoint) => endpoint.Consumer(() => new BallotService(heard)));
            coordination.AddEndpoint(Wire.RegistryEndpoint, (_, endpoint) => endpoint.Consumer(() => new Registry(heard)));
        });
        var built = builder.Build();
        await built.Services.GetRequiredService<SchemaMigrator>().MigrateAsync();
        await built.StartAsync();
        // The announcement has come round: bus, outbox and endpoints work.
        await Eventually.Until(
            () => !heard.All.IsEmpty,
            TimeSpan.FromSeconds(30),
            "the process to announce itself",
            TestContext.Current.CancellationToken
        );
        return new WorkerInstallation(built, heard, script);
    }

    public async Task<Envelope> SendAsync(RequestVote message)
    {
        var envelope = Get<EnvelopeFactory>().Root(message.BallotId) with
        {
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        };
        await using var work = Get<IUnitOfWorkFactory>().Create();
        work.Send(ContractOutgoing.To(Wire.AgentEndpoint(message.Voter), message, envelope));
        await work.CommitAsync();
        return envelope;
    }

    public async Task<Envelope> SendAsync(IStepMessage message)
    {
        var envelope = Get<EnvelopeFactory>().Root(message.RunId) with
        {
            RunId = message.RunId,
            StepId = message.StepId,
            Attempt = message.Attempt,
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        };
        await using var work = Get<IUnitOfWorkFactory>().Create();
        work.Send(ContractOutgoing.To(Wire.AgentEndpoint("worker"), message, envelope));
        await work.CommitAsync();
        return envelope;
    }

    public async Task<(T Message, Envelope Envelope)> HeardAsync<T>(Guid runId)
        where T : IRunMessage
    {
        await Eventually.Until(
            () => Heard.Of<T>(runId).Any(),
            TimeSpan.FromSeconds(30),
            $"a {typeof(T).Name}",
            TestContext.Current.CancellationToken
        );
        return Heard.Of<T>(runId).ShouldHaveSingleItem();
    }

    /// <summary>The one message of its kind the ballot service has heard about a ballot.</summary>
    public async Task<(T Message, Envelope Envelope)> HeardByBallotsAsync<T>(Guid ballotId)
        where T : IBallotMessage
    {
        bool IsIt((object Message, Envelope Envelope) one) => one.Message is T message && message.BallotId == ballotId;
        await Eventually.Until(
            () => Heard.All.Any(IsIt),
            TimeSpan.FromSeconds(30),
            $"a {typeof(T).Name}",
            TestContext.Current.CancellationToken
        );
        var (heard, envelope) = Heard.All.Where(IsIt).ShouldHaveSingleItem();
        return ((T)heard, envelope);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }
}

internal sealed class Heard
{
    public ConcurrentQueue<(object Message, Envelope Envelope)> All { get; } = new();

    public IEnumerable<(T Message, Envelope Envelope)> Of<T>(Guid runId)
        where T : IRunMessage =>
        All.Where(one => one.Message is T message && message.RunId == runId).Select(one => ((T)one.Message, one.Envelope));

    public Task Add(ConsumeContext context, object message)
    {
        context.TryGetPayload<Envelope>(out var envelope).ShouldBeTrue();
        All.Enqueue((message, envelope!));
        return Task.CompletedTask;
    }
}

internal sealed class RunService(Heard heard)
    : IConsumer<StepCompleted>,
        IConsumer<StepFailed>,
        IConsumer<InputRequired>,
        IConsumer<StepCompensated>,
        IConsumer<StepProgress>,
        IConsumer<SubmitRun>,
        IConsumer<CancelRun>,
        IConsumer<InputAnswered>
{
    public Task Consume(ConsumeContext<StepCompleted> context) => heard.Add(context, context.Message);

    public Task Consume(ConsumeContext<StepFailed> context) => heard.Add(context, context.Message);

    public Task Consume(ConsumeContext<InputRequired> context) => heard.Add(context, context.Message);

    public Task Consume(ConsumeContext<StepCompensated> context) => heard.Add(context, context.Message);

    public Task Consume(ConsumeContext<StepProgress> context) => heard.Add(context, context.Message);

    public Task Consume(ConsumeContext<SubmitRun> context) => heard.Add(context, context.Message);

    public Task Consume(ConsumeContext<CancelRun> context) => heard.Add(context, context.Message);

    public Task Consume(ConsumeContext<InputAnswered> context) => heard.Add(context, context.Message);
}

internal sealed class BallotService(Heard heard)
    : IConsumer<OpenBallot>,
        IConsumer<CastVote>,
        IConsumer<AnswerBallot>,
        IConsumer<CancelBallot>,
        IConsumer<ReportOutcome>
{
    public Task Consume(ConsumeContext<OpenBallot> context) => heard.Add(context, context.Message);

    public Task Consume(ConsumeContext<CastVote> context) => heard.Add(context, context.Message);

    public Task Consume(ConsumeContext<AnswerBallot> context) => heard.Add(context, context.Message);

    public Task Consume(ConsumeContext<CancelBallot> context) => heard.Add(context, context.Message);

    public Task Consume(ConsumeContext<ReportOutcome> context) => heard.Add(context, context.Message);
}

internal sealed class Registry(Heard heard) : IConsumer<AgentAnnounced>
{
    public Task Consume(ConsumeContext<AgentAnnounced> context) => heard.Add(context, context.Message);
}
