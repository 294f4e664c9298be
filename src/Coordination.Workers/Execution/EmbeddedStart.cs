using Coordination.Persistence;
using Microsoft.Extensions.Logging;

namespace Coordination.Workers;

/// <summary>
/// Embedded mode has one process: whatever an earlier one held when it ended is available at once, not only after its lease. Done once, before anything is
/// taken over.
/// </summary>
internal sealed class EmbeddedStart(IUnitOfWorkFactory units, ClaimStore claims, TimeProvider time, ILogger<EmbeddedStart> logger)
    : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly SemaphoreSlim once = new(1, 1);
    private bool released = !units.Dialect.IsEmbedded;

    /// <summary>Returns when it is done; tries until then.</summary>
    public async Task ReleasedAsync(CancellationToken cancellationToken)
    {
        if (released)
        {
            return;
        }

        await once.WaitAsync(cancellationToken);
        try
        {
            while (!released)
            {
                released = await TryReleaseAsync(cancellationToken);
            }
        }
        finally
        {
            once.Release();
        }
    }

    public void Dispose() => once.Dispose();

    private async Task<bool> TryReleaseAsync(CancellationToken cancellationToken)
    {
        try
        {
            logger.ReleasedAtStart(await claims.ReleaseAllAsync(cancellationToken));
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.ReleaseAtStartFailed(exception);
            await Task.Delay(Pause, time, cancellationToken);
            return false;
        }
    }
}
