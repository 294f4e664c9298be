using System.Collections.Concurrent;

namespace Coordination.Edges.Tests;

/// <summary>
/// Accepts work at a steady rate until it is told to stop. The outcome of each acceptance is known to be good, or it is unknown: an error does not say
/// that nothing was stored.
/// </summary>
internal sealed class Load : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(20);
    private readonly CancellationTokenSource enough = new();
    private readonly Task running;

    public Load(Desk desk) => running = Task.Run(() => RunAsync(desk));

    public ConcurrentBag<Guid> Accepted { get; } = [];

    public ConcurrentBag<Guid> Unknown { get; } = [];

    public async Task StopAsync()
    {
        await enough.CancelAsync();
        await running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        enough.Dispose();
    }

    private async Task RunAsync(Desk desk)
    {
        using var rhythm = new PeriodicTimer(Every);
        while (!enough.IsCancellationRequested)
        {
            var run = Guid.CreateVersion7();
            try
            {
                await desk.AcceptAsync(desk.Message(run));
                Accepted.Add(run);
            }
            catch (Exception e) when (e is System.Data.Common.DbException or IOException or TimeoutException)
            {
                Unknown.Add(run);
            }

            await rhythm.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
