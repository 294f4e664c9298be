namespace Coordination.Host.Serving;

/// <summary>The command line already turns Ctrl+C and SIGTERM into the cancellation a server is run with.</summary>
internal sealed class NoSignals : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
