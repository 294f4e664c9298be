using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Coordination.Persistence;

/// <summary>Unhealthy while an endpoint of this process receives nothing from the broker; says which and why.</summary>
internal sealed class ReceivingHealth(RabbitReceiving receiving) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var deaf = receiving.Deaf;
        return Task.FromResult(
            deaf.Count == 0
                ? HealthCheckResult.Healthy("Every endpoint receives.")
                : HealthCheckResult.Unhealthy(
                    string.Join(' ', deaf.Select(pair => $"Endpoint {pair.Key} receives nothing: {pair.Value}")),
                    data: deaf.ToDictionary(pair => pair.Key, object (pair) => pair.Value, StringComparer.Ordinal)
                )
        );
    }
}
