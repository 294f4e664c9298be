using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.Workers;

/// <summary>
/// The end of a worker process, while bus and lease renewal still run:
/// 1. no new work is taken; what arrives is stored for others;
/// 2. running agents may finish within the grace time;
/// 3. the rest is cancelled and handed back. Shutdown never fails a step.
/// </summary>
internal sealed class WorkerShutdown(
    RunningAttempts running,
    WorkerStop stop,
    WorkerOptions options,
    TimeProvider time,
    ILogger<WorkerShutdown> logger
) : IHostedLifecycleService
{
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        stop.Begin();
        var attempts = running.All;
        if (attempts.Count == 0)
        {
            return;
        }

        logger.Stopping(attempts.Count, options.ShutdownGrace.TotalSeconds);
        await WaitAsync(attempts, options.ShutdownGrace, cancellationToken);

        // Deliveries that were under way may have started more.
        attempts = running.All;
        foreach (var attempt in attempts)
        {
            attempt.Stop(StopCause.Shutdown);
        }

        await WaitAsync(attempts, options.CancelGrace + TimeSpan.FromSeconds(2), cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task WaitAsync(IReadOnlyList<Attempt> attempts, TimeSpan atMost, CancellationToken cancellationToken) =>
        await Task.WhenAny(Task.WhenAll(attempts.Select(attempt => attempt.Completion)), Task.Delay(atMost, time, cancellationToken));
}
