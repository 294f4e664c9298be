namespace Coordination.Persistence;

/// <summary>
/// What the database's clock shows, without asking it each time: the difference to this process' clock is measured every half minute, so a
/// wrong clock on one machine changes no verdict.
/// </summary>
public sealed class DatabaseClock(IUnitOfWorkFactory units, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim measuring = new(1, 1);
    private Reading? reading;

    /// <summary>The database's time now, within the network's round trip.</summary>
    public async ValueTask<DateTimeOffset> NowAsync(CancellationToken cancellationToken = default)
    {
        if (Known() is { } known)
        {
            return known;
        }

        await measuring.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Whoever waited here finds what the one before has measured.
            if (Known() is { } measured)
            {
                return measured;
            }

            var rows = await units
                .QueryAsync(new Statement($"SELECT {units.Dialect.Now}"), r => units.Dialect.ReadTime(r, 0), cancellationToken)
                .ConfigureAwait(false);
            reading = new Reading(rows[0], clock.GetTimestamp());
            return rows[0];
        }
        finally
        {
            measuring.Release();
        }
    }

    private DateTimeOffset? Known() =>
        reading is { } fresh && clock.GetElapsedTime(fresh.At) is var age && age < Validity ? fresh.Time + age : null;

    public void Dispose() => measuring.Dispose();

    private sealed record Reading(DateTimeOffset Time, long At);
}
