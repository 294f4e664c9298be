using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination.Workers;

/// <summary>A context for tests of agents: no database, no broker. Collects progress and takes prepared answers.</summary>
public sealed class TestAgentContext : AgentContext
{
    private readonly List<(int? Percent, string? Note)> progress = [];

    /// <summary>First attempt of step <c>step</c> of a fixed run; override with an object initializer.</summary>
    [SetsRequiredMembers]
    public TestAgentContext()
    {
        RunId = new Guid("11111111-1111-1111-1111-111111111111");
        StepId = "step";
        Attempt = 1;
        AgentType = "test";
        Tenant = "default";
        Logger = NullLogger.Instance;
        Effects = new EffectSession(
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
                Answers = new Dictionary<string, JsonElement>(StringComparer.Ordinal),
                Budgets = new UnlimitedRetries(),
                Times = new CallTimes(),
                Metrics = new WorkerMetrics(),
                Time = TimeProvider.System,
                Jitter = () => 0,
                Logger = Logger,
            },
            new MemoryJournal(TimeProvider.System)
        );
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
}
