namespace Coordination.Workers;

/// <summary>Says that this process takes no more work because it ends.</summary>
internal sealed class WorkerStop : IDisposable
{
    private readonly CancellationTokenSource source = new();

    public CancellationToken Token => source.Token;

    public void Begin() => source.Cancel();

    public void Dispose() => source.Dispose();
}
