using Npgsql;

namespace Coordination.Faults;

/// <summary>Looks several times a second how much is done and how much is open.</summary>
internal sealed class Progress : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);
    private readonly World world;
    private readonly CancellationTokenSource ending = new();
    private readonly List<(DateTimeOffset At, long Done)> samples = [];
    private readonly Task looking;
    private long open;
    private long messages;
    private long ended;

    public Progress(World world)
    {
        this.world = world;
        looking = LookAsync();
    }

    /// <summary>Runs under way, as last seen.</summary>
    public long Open => Interlocked.Read(ref open);

    /// <summary>Runs that have ended, as last seen.</summary>
    public long Ended => Interlocked.Read(ref ended);

    /// <summary>Messages stored so far, as last seen.</summary>
    public long Messages => Interlocked.Read(ref messages);

    /// <summary>From a moment until more was done than at it; null: it has not been yet.</summary>
    public TimeSpan? RecoveryAfter(DateTimeOffset moment)
    {
        lock (samples)
        {
            var before = samples.FindLastIndex(sample => sample.At <= moment);
            var after = samples.FindIndex(
                Math.Max(before, 0),
                sample => sample.At > moment && sample.Done > samples[Math.Max(before, 0)].Done
            );
            return after < 0 ? null : samples[after].At - moment;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await looking;
        ending.Dispose();
    }

    private async Task LookAsync()
    {
        while (!ending.IsCancellationRequested)
        {
            try
            {
                await using var command = world.Store.CreateCommand(
                    """
                    SELECT count(*) FILTER (WHERE ended_at IS NULL), count(*) FILTER (WHERE ended_at IS NOT NULL)
                        + COALESCE((SELECT max(id) FROM faults.order_applied), 0),
                      COALESCE((SELECT max(id) FROM faults.outbox_log), 0), count(*) FILTER (WHERE ended_at IS NOT NULL)
                    FROM coordination.run
                    """
                );
                command.CommandTimeout = 5;
                await using var reader = await command.ExecuteReaderAsync(ending.Token);
                await reader.ReadAsync(ending.Token);
                Interlocked.Exchange(ref open, reader.GetInt64(0));
                Interlocked.Exchange(ref messages, reader.GetInt64(2));
                Interlocked.Exchange(ref ended, reader.GetInt64(3));
                lock (samples)
                {
                    samples.Add((TimeProvider.System.GetUtcNow(), reader.GetInt64(1)));
                }
            }
            catch (Exception e)
                when (e is NpgsqlException or IOException or TimeoutException or OperationCanceledException or InvalidOperationException)
            {
                // The database is away, or the run is over: the next look will tell.
            }

            await Task.Delay(Every, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
