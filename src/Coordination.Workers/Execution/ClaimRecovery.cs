using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.Workers;

/// <summary>
/// Takes over claims whose lease has run out (their worker died, handed them back, or had no slot). One look for all agent types of the process, so that an idle
/// one asks once a second; then each type on its own: a takeover waits for its slot in line with new deliveries, so that neither starves the other.
/// </summary>
internal sealed class ClaimRecovery(
    IEnumerable<AgentRegistration> agents,
    ClaimStore claims,
    AttemptRunner runner,
    EmbeddedStart embedded,
    WorkerStop stop,
    Suspects suspects,
    WorkerMetrics metrics,
    WorkerOptions options,
    TimeProvider time,
    Func<double> jitter,
    ILogger<ClaimRecovery> logger
) : BackgroundService
{
    private const int CleanBatch = 1_000;
    private const int MostDoublings = 4;
    private static readonly TimeSpan CleanEvery = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, stop.Token);
        var watched = agents.Where(agent => !agent.Options.Inline).ToList();
        await Task.WhenAll(watched.Count == 0 ? Task.CompletedTask : WatchAsync(watched, either.Token), CleanAsync(either.Token));
    }

    private async Task WatchAsync(IReadOnlyList<AgentRegistration> watched, CancellationToken cancellationToken)
    {
        await embedded.ReleasedAsync(cancellationToken);
        var recovering = watched.ToDictionary(agent => agent, _ => Task.CompletedTask);
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            var free = watched.Where(agent => recovering[agent].IsCompleted).ToList();
            try
            {
                var available =
                    free.Count == 0 ? [] : await claims.AvailableTypesAsync(free.ConvertAll(agent => agent.Type), cancellationToken);
                foreach (var agent in free.Where(agent => available.Contains(agent.Type)))
                {
                    recovering[agent] = RecoverAsync(agent, cancellationToken);
                }

                failures = 0;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                failures = Math.Min(failures + 1, MostDoublings);
                logger.RecoveryFailed(exception, string.Join(", ", free.Select(agent => agent.Type)));
            }
            catch (OperationCanceledException)
            {
                break;
            }

            // Jitter, so that many processes do not ask at the same moment; longer while the database is away.
            await PauseAsync(options.PollInterval * (1 << failures) * (0.75 + jitter() / 2), cancellationToken);
        }

        await Task.WhenAll(recovering.Values);
    }

    private async Task RecoverAsync(AgentRegistration agent, CancellationToken cancellationToken)
    {
        try
        {
            while (await RecoverOnceAsync(agent, cancellationToken)) { }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.RecoveryFailed(exception, agent.Type);
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    /// <summary>True when there may be more to take over at once.</summary>
    internal async Task<bool> RecoverOnceAsync(AgentRegistration agent, CancellationToken cancellationToken)
    {
        var available = await claims.CountAvailableAsync(agent.Type, agent.Slots.Count, cancellationToken);
        if (available == 0)
        {
            return false;
        }

        await agent.Slots.WaitAsync(cancellationToken);
        var taken = 1;
        while (taken < available && agent.Slots.TryTake())
        {
            taken++;
        }

        var started = 0;
        var entered = false;
        try
        {
            Start(await claims.TakeOverAsync(agent.Type, taken, alone: false, cancellationToken));
            if (started < taken && (entered = suspects.TryEnter()))
            {
                Start(await claims.TakeOverAsync(agent.Type, 1, alone: true, cancellationToken));
            }
        }
        finally
        {
            if (entered)
            {
                suspects.Leave();
            }

            for (var unused = started; unused < taken; unused++)
            {
                agent.Slots.Release();
            }
        }

        return started == taken;

        void Start(IReadOnlyList<StepClaim> taken)
        {
            foreach (var claim in taken)
            {
                logger.TakenOver(agent.Type, claim.Work.StepId, claim.Work.RunId, claim.Epoch, claim.Crashes);
                metrics.Recovered(agent.Type);
                started++;
                // From here on the attempt gives back the slot, and the suspects' place if it has it.
                entered &= !claim.Alone;
                runner.Start(agent, claim);
            }
        }
    }

    private async Task CleanAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await PauseAsync(CleanEvery * (0.5 + jitter()), cancellationToken);
            try
            {
                while (await claims.CleanAsync(options.KeepClosedClaims, CleanBatch, cancellationToken) == CleanBatch)
                {
                    logger.ClaimsCleaned(CleanBatch);
                }
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                logger.CleanFailed(exception);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken) =>
        await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
