using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.Persistence;

/// <summary>
/// Removes inbox rows, redelivery counts and settled dead letters past their time, a bounded number per statement with a rest between them. Any number of processes may do it: a row
/// that another is removing is passed over.
/// </summary>
internal sealed partial class RetentionSweep(
    IUnitOfWorkFactory units,
    RetentionOptions options,
    TimeProvider time,
    ILogger<RetentionSweep> logger
) : BackgroundService
{
    /// <summary>Removes all that is past its time; returns the number of rows.</summary>
    public async Task<long> SweepAsync(CancellationToken cancellationToken) =>
        (
            units is PostgresStore
                ? await new InboxRetention(units, options, RepeatAsync).SweepAsync(cancellationToken)
                : await RemoveAsync("inbox", "received_at", options.Inbox, cancellationToken)
        )
        + await RemoveAsync("redelivery", "at", options.Redeliveries, cancellationToken)
        // Open letters have no such time.
        + await RemoveAsync("dead_letter", "settled_at", options.DeadLetters, cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var removed = await SweepAsync(stoppingToken);
                if (removed > 0)
                {
                    LogRemoved(removed);
                }
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                // The database is away or busy: the rows are there at the next turn too.
                LogFailed(error);
            }
        }
    }

    private Task<long> RemoveAsync(string name, string column, TimeSpan keep, CancellationToken cancellationToken)
    {
        var sql = units.Dialect;
        var statement = new Statement(
            sql.DeleteSome(sql.Table(name), $"{column} < (SELECT {sql.NowPlus("@keep")})"),
            ("keep", -(long)keep.TotalMilliseconds, ColumnKind.Int64),
            ("limit", options.BatchSize, ColumnKind.Int64)
        );
        return RepeatAsync(statement, cancellationToken);
    }

    /// <summary>Runs a statement that touches at most a batch until it finds less; returns the number of rows.</summary>
    private async Task<long> RepeatAsync(Statement statement, CancellationToken cancellationToken)
    {
        long removed = 0;
        while (true)
        {
            var batch = await units.ExecuteAsync(statement, cancellationToken);
            removed += batch;
            if (batch < options.BatchSize)
            {
                return removed;
            }

            await Task.Delay(options.Pause, time, cancellationToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Retention removed {Rows} settled rows.")]
    private partial void LogRemoved(long rows);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Retention could not remove settled rows; it tries again at its next turn.")]
    private partial void LogFailed(Exception error);
}
