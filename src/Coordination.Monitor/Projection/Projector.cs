using System.Diagnostics;
using Coordination.Persistence;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Coordination.Monitor;

/// <summary>
/// Keeps the list of runs in the background, in one process of all that have a monitor. Each turn follows what has changed, projects a piece of what was there before,
/// looks now and then for runs that are stuck or were removed, and rests at least as long as it worked: a slow database is asked less.
/// </summary>
internal sealed partial class Projector(
    IUnitOfWorkFactory units,
    IOptions<PostgresStoreOptions> postgres,
    TimeProvider time,
    ILogger<Projector> logger
) : BackgroundService
{
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HandedEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StuckEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var pool = postgres.Value.ConnectionString is { Length: > 0 } ? PostgresLink.Pool(postgres.Value) : null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await OpenAsync(pool, stoppingToken) is { } link)
                {
                    await using (link)
                        await KeepAsync(link, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // The database is away, busy or not migrated yet; the list is old until it is there again.
                LogLost(error);
            }
            await Task.Delay(AskAgain, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<IProjectionLink?> OpenAsync(NpgsqlDataSource? pool, CancellationToken cancellationToken) =>
        pool is null ? new EmbeddedLink(units) : await PostgresLink.TryOpenAsync(pool, units.Dialect, cancellationToken);

    private async Task KeepAsync(IProjectionLink link, CancellationToken cancellationToken)
    {
        var list = new RunList(link);
        var watch = new StuckWatch(link, list);
        if (await list.OpenAsync(cancellationToken))
            LogBegun();
        LogKept(list.State.Position, list.State.Filled);
        var (filled, handedAt, stuckAt, sweepAt) = (0L, time.GetTimestamp(), time.GetTimestamp(), time.GetTimestamp());
        var told = time.GetTimestamp();
        while (true)
        {
            var clock = Stopwatch.StartNew();
            await list.FollowAsync(cancellationToken);
            if (time.GetElapsedTime(handedAt) >= HandedEvery)
            {
                handedAt = time.GetTimestamp();
                await list.HandOverAsync(cancellationToken);
            }
            if (!list.State.Filled)
            {
                filled += RunList.Batch;
                var more = await list.FillAsync(cancellationToken);
                if (!more || time.GetElapsedTime(told) > TimeSpan.FromSeconds(10))
                {
                    told = time.GetTimestamp();
                    LogFilling(filled, list.State.FillAt, more ? "more to come" : "done");
                }
            }
            if (time.GetElapsedTime(stuckAt) >= StuckEvery)
            {
                stuckAt = time.GetTimestamp();
                await watch.LookAsync(cancellationToken);
            }
            if (time.GetElapsedTime(sweepAt) >= SweepEvery)
            {
                sweepAt = time.GetTimestamp();
                while (await list.SweepAsync(cancellationToken) >= RunList.Batch)
                    await Task.Delay(Rest, time, cancellationToken);
            }
            var rest = clock.Elapsed > Rest || !list.State.Filled ? clock.Elapsed : Rest;
            await Task.Delay(rest < LongestRest ? rest : LongestRest, time, cancellationToken);
        }
    }

    [LoggerMessage(7201, LogLevel.Information, "The list of runs is kept by this process from position {Position}; complete: {Filled}")]
    private partial void LogKept(long position, bool filled);

    [LoggerMessage(7202, LogLevel.Information, "The list of runs begins anew: all runs are projected, the newest first")]
    private partial void LogBegun();

    [LoggerMessage(7203, LogLevel.Information, "The list of runs: about {Runs} earlier runs projected, back to {AcceptedAt}, {State}")]
    private partial void LogFilling(long runs, DateTimeOffset? acceptedAt, string state);

    [LoggerMessage(7204, LogLevel.Warning, "The list of runs is not kept up to date by this process for now; it tries again")]
    private partial void LogLost(Exception error);
}
