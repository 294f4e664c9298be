using Coordination.Persistence;
using Microsoft.Extensions.Logging;

namespace Coordination.Workers;

/// <summary>Opens the session of effects of an attempt.</summary>
internal sealed class EffectSessions(
    IUnitOfWorkFactory units,
    JournalStore journal,
    JournalReader reader,
    EffectStore effects,
    DecisionStore decisions,
    IRetryBudgets budgets,
    CallTimes times,
    WorkerIdentity identity,
    WorkerMetrics metrics,
    TimeProvider time,
    Func<double> jitter,
    ILoggerFactory loggers
)
{
    public EffectSession Open(Attempt attempt)
    {
        var claim = attempt.Claim;
        var logger = loggers.CreateLogger($"Coordination.Agents.{attempt.Agent.Type}");
        return new EffectSession(
            new SessionSettings
            {
                Work = claim.Work,
                AgentType = attempt.Agent.Type,
                Tenant = claim.Envelope.Tenant,
                Definition = attempt.Agent.Definition,
                ContinuesFrom = [.. attempt.Agent.Options.ContinuesFrom],
                Epoch = claim.Epoch,
                Worker = identity.Owner,
                Deadline = claim.ClaimedAt + StepExecutor.Limit(claim.Work, claim.Envelope, claim.ClaimedAt),
                DeadlineIsOfRun =
                    claim.Envelope.Deadline is { } end && end <= claim.ClaimedAt + TimeSpan.FromMilliseconds(claim.Work.TimeoutMs),
                Stop = attempt.Stopped,
                TokenBudget = claim.Envelope.Budget?.Tokens,
                Answers = claim.Work.Answers ?? new Dictionary<string, System.Text.Json.JsonElement>(StringComparer.Ordinal),
                Budgets = budgets,
                Times = times,
                Metrics = metrics,
                Time = time,
                Jitter = jitter,
                Logger = logger,
            },
            new ClaimJournal(attempt, units, journal, reader, effects, decisions, time, jitter, logger)
        )
        {
            // A vote is asked for again after an extension, perhaps when its first claim is cleaned away.
            MayHaveHistory = claim.Epoch > 1 || claim.Work.Attempt > 1 || claim.Work.Compensating || claim.Work.Round is not null,
        };
    }
}
