using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.Workers;

/// <summary>
/// Renews the leases of all running attempts of this process, every third of their time, in one statement. A claim missing from the answer belongs to
/// somebody else; a renewal that keeps failing ends with each attempt's own lease timer, before others may start.
/// </summary>
internal sealed class LeaseKeeper(
    ClaimStore claims,
    RunningAttempts running,
    WorkerMetrics metrics,
    WorkerOptions options,
    TimeProvider time,
    ILogger<LeaseKeeper> logger
) : BackgroundService
{
    private long? failingSince;

    /// <summary>How long renewals have been failing; null while they work.</summary>
    public TimeSpan? Failing => failingSince is { } since ? time.GetElapsedTime(since) : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // Failing, it asks again sooner: the lease goes on ageing.
            await Task.Delay(failingSince is null ? options.LeaseTtl / 3 : options.LeaseTtl / 12, time, stoppingToken);
            await RenewAsync(stoppingToken);
        }
    }

    internal async Task RenewAsync(CancellationToken cancellationToken)
    {
        var attempts = running.All.Where(attempt => attempt.Cause != StopCause.LeaseLost).ToList();
        if (attempts.Count == 0)
        {
            failingSince = null;
            return;
        }

        var askedAt = time.GetTimestamp();
        try
        {
            var renewed = await claims.RenewAsync(attempts.ConvertAll(attempt => attempt.Claim.Id), cancellationToken);
            failingSince = null;
            var answers = renewed.ToDictionary(claim => (claim.Id, claim.Epoch));
            foreach (var attempt in attempts)
            {
                Apply(attempt, answers, askedAt);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            failingSince ??= askedAt;
            metrics.RenewFailed();
            logger.RenewFailed(exception, attempts.Count);
        }
    }

    private static void Apply(Attempt attempt, Dictionary<(Guid Id, long Epoch), RenewedClaim> answers, long askedAt)
    {
        if (!answers.TryGetValue((attempt.Claim.Id, attempt.Claim.Epoch), out var answer))
        {
            attempt.Stop(StopCause.LeaseLost);
            return;
        }

        attempt.Renewed(askedAt);
        if (answer.CancelRequested)
        {
            attempt.Stop(StopCause.CancelRequested);
        }
    }
}
