using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Coordination.Persistence;

/// <summary>Unhealthy when the oldest due row waits too long or the database does not answer; degraded when a
/// destination takes no messages or dead letters are open.</summary>
internal sealed class OutboxHealth(IOutboxStore store, OutboxDelivery delivery) : IHealthCheck
{
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(60);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var figures = await store.FiguresAsync(cancellationToken).ConfigureAwait(false);
            var data = new Dictionary<string, object>
            {
                ["backlog"] = figures.Backlog,
                ["timers"] = figures.Timers,
                ["oldestDueSeconds"] = figures.OldestDue.TotalSeconds,
                ["deadLetters"] = figures.Dead,
            };
            if (figures.OldestDue > Late)
            {
                return HealthCheckResult.Unhealthy(
                    $"The oldest due message waits for {figures.OldestDue.TotalSeconds:F0} s: is the broker up?",
                    data: data
                );
            }

            if (delivery.Refusing is { Count: > 0 } refusing)
            {
                return HealthCheckResult.Degraded(
                    $"Messages wait for destinations that take none: {string.Join(", ", refusing)}. The last error of each is in the outbox.",
                    data: data
                );
            }

            return figures.Dead > 0
                ? HealthCheckResult.Degraded(
                    $"{figures.Dead} dead letters wait for a decision: see `coordination dead-letters list`.",
                    data: data
                )
                : HealthCheckResult.Healthy("Messages leave on time.", data);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("The database does not answer.", e);
        }
    }
}
