using System.Diagnostics;
using Coordination.Contracts;
using Coordination.Persistence;
using Microsoft.Extensions.Logging;

namespace Coordination.Workers;

/// <summary>One span per attempt, in the trace of the message that asked for it, also when another process resumes it.</summary>
internal static class StepTrace
{
    private static readonly ActivitySource Source = new(PersistenceMetrics.Name);

    public static Activity? Start(string agentType, StepWork work, Envelope envelope)
    {
        var parent = ActivityContext.TryParse(envelope.TraceParent, envelope.TraceState, isRemote: true, out var sender) ? sender : default;
        if (work.Round is { } round)
        {
            return Source.StartActivity(
                $"vote {agentType}",
                ActivityKind.Consumer,
                parent,
                [new("coordination.ballot_id", work.RunId), new("coordination.round", round), new("coordination.agent_type", agentType)]
            );
        }

        return Source.StartActivity(
            work.Compensating ? $"compensate {agentType}" : $"step {agentType}",
            ActivityKind.Consumer,
            parent,
            [
                new("coordination.run_id", work.RunId),
                new("coordination.step_id", work.StepId),
                new("coordination.attempt", work.Attempt),
                new("coordination.agent_type", agentType),
            ]
        );
    }

    /// <summary>Run, step and attempt on every log line of the agent.</summary>
    public static IDisposable? BeginStep(this ILogger logger, StepWork work, string agentType) =>
        logger.BeginScope(
            new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["RunId"] = work.RunId,
                ["StepId"] = work.StepId,
                ["Attempt"] = work.Attempt,
                ["AgentType"] = agentType,
            }
        );
}
