using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination.Workers;

/// <summary>A context for tests of agents: no database, no broker. Collects progress and takes prepared answers.</summary>
public sealed class TestAgentContext : AgentContext
{
    private readonly List<(int? Percent, string? Note)> progress = [];
    private readonly MemoryJournal journal;
    private readonly Lazy<EffectSession> session;

    /// <summary>First attempt of step <c>step</c> of a fixed run; override with an object initializer.</summary>
    [SetsRequiredMembers]
    public TestAgentContext()
        : this(new MemoryJournal(TimeProvider.System)) { }

    [SetsRequiredMembers]
    private TestAgentContext(MemoryJournal journal)
    {
        RunId = new Guid("11111111-1111-1111-1111-111111111111");
        StepId = "step";
        Attempt = 1;
        AgentType = "test";
        Tenant = "default";
        Logger = NullLogger.Instance;
        this.journal = journal;
        // Opened at the first effect: an object initializer has set the run and the step by then.
        session = new Lazy<EffectSession>(() => Open(journal));
    }

    /// <summary>
    /// A context for the next attempt of the same step, which finds the effects, reads and model answers of this one: for tests that an agent repeats nothing.
    /// </summary>
    public async Task<TestAgentContext> NextAttemptAsync()
    {
        await Session.FlushAsync();
        var next = new TestAgentContext(journal)
        {
            RunId = RunId,
            StepId = StepId,
            Attempt = Attempt + 1,
            AgentType = AgentType,
            Tenant = Tenant,
            Deadline = Deadline,
            Logger = Logger,
            Answers = Answers,
            Decision = Decision,
        };
        await next.Session.ResumeAsync(CancellationToken.None);
        return next;
    }

    /// <summary>What the agent reported, in order.</summary>
    public IReadOnlyList<(int? Percent, string? Note)> Progress => progress;

    /// <summary>A context in which a question is answered already.</summary>
    public static TestAgentContext WithAnswer(string questionId, object answer) =>
        new()
        {
            Answers = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
            {
                [questionId] = JsonSerializer.SerializeToElement(answer, AgentJson.Options),
            },
        };

    /// <inheritdoc/>
    public override Task ReportProgressAsync(int? percent, string? note, CancellationToken cancellationToken = default)
    {
        progress.Add((percent, note));
        return Task.CompletedTask;
    }

    internal override EffectSession Session => session.Value;

    private EffectSession Open(MemoryJournal records) =>
        new(
            new SessionSettings
            {
                Work = new StepWork
                {
                    RunId = RunId,
                    StepId = StepId,
                    Attempt = Attempt,
                    AgentType = AgentType,
                    Input = JsonSerializer.SerializeToElement<object?>(null),
                    TimeoutMs = 0,
                },
                AgentType = AgentType,
                Tenant = Tenant,
                Definition = "test",
                Epoch = 1,
                Worker = "test",
                Deadline = Deadline,
                Answers = Answers,
                Budgets = new UnlimitedRetries(),
                Times = new CallTimes(),
                Metrics = new WorkerMetrics(),
                Time = TimeProvider.System,
                Jitter = () => 0,
                Logger = Logger,
            },
            records
        );
}
