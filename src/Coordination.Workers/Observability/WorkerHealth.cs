using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Coordination.Workers;

/// <summary>Health check <c>agents</c>: unhealthy when leases cannot be renewed for so long that running work is lost.</summary>
internal sealed class WorkerHealth(
    IEnumerable<AgentRegistration> agents,
    LeaseKeeper keeper,
    RunningAttempts running,
    WorkerOptions options
) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var data = agents.ToDictionary(
            agent => agent.Type,
            object (agent) => $"{agent.Slots.Count - agent.Slots.Free} of {agent.Slots.Count} slots taken",
            StringComparer.Ordinal
        );
        var result = keeper.Failing switch
        {
            null => HealthCheckResult.Healthy($"{running.Count} attempts are running.", data),
            { } time when time < options.LeaseTtl / 2 => HealthCheckResult.Degraded(
                $"Leases could not be renewed for {time.TotalSeconds:0} s.",
                null,
                data
            ),
            { } time => HealthCheckResult.Unhealthy(
                $"Leases could not be renewed for {time.TotalSeconds:0} s: running work is lost to other workers. Is the database reachable?",
                null,
                data
            ),
        };
        return Task.FromResult(result);
    }
}
