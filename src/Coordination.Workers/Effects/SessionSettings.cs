using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Coordination.Workers;

/// <summary>What a session of effects knows about its attempt and its process.</summary>
internal sealed record SessionSettings
{
    public required StepWork Work { get; init; }
    public required string AgentType { get; init; }
    public required string Tenant { get; init; }

    /// <summary>Which logic writes the journal.</summary>
    public required string Definition { get; init; }

    /// <summary>Older definitions this one can go on from.</summary>
    public IReadOnlyCollection<string> ContinuesFrom { get; init; } = [];
    public required long Epoch { get; init; }
    public required string Worker { get; init; }

    /// <summary>By the database clock.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The deadline is the run's, not only this attempt's.</summary>
    public bool DeadlineIsOfRun { get; init; }

    /// <summary>Stops the attempt.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Tokens the run may spend; null without a limit.</summary>
    public long? TokenBudget { get; init; }
    public required IReadOnlyDictionary<string, JsonElement> Answers { get; init; }
    public required IRetryBudgets Budgets { get; init; }
    public required CallTimes Times { get; init; }
    public required WorkerMetrics Metrics { get; init; }
    public required TimeProvider Time { get; init; }
    public required Func<double> Jitter { get; init; }
    public required ILogger Logger { get; init; }
}

/// <summary>Adds to an outcome what the result tells: tokens, model, cost.</summary>
internal sealed record CallNotes<T>(Func<T, JournalRecord, JournalRecord> Note);
