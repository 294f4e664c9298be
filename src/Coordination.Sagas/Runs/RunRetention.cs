using Coordination.Persistence;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.Sagas.Runs;

/// <summary>
/// Removes runs that ended long ago, each with its history and the submissions that joined it in one transaction, and old refusals. A run that has
/// not ended stays with all it has, however old. A few runs per transaction with a rest between them; any number of processes may do it.
/// </summary>
internal sealed partial class RunRetention(IUnitOfWorkFactory units, RunsOptions options, TimeProvider time, ILogger<RunRetention> logger)
    : BackgroundService
{
    private const int Batch = 50;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly SqlDialect sql = units.Dialect;

    private StatementParameter Keep => ("keep", -(long)options.KeepEnded.TotalMilliseconds, ColumnKind.Int64);

    private static StatementParameter Limit => ("limit", Batch, ColumnKind.Int64);

    private string Before => $"(SELECT {sql.NowPlus("@keep")})";

    /// <summary>Removes all that is past its time; returns the number of runs.</summary>
    public async Task<long> SweepAsync(CancellationToken cancellationToken)
    {
        long removed = 0;
        while (await RemoveRunsAsync(cancellationToken) is var runs and > 0)
        {
            removed += runs;
            await Task.Delay(Pause, time, cancellationToken);
        }

        while (await RemoveRefusalsAsync(cancellationToken) == Batch)
        {
            await Task.Delay(Pause, time, cancellationToken);
        }

        return removed;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (await SweepAsync(stoppingToken) is var removed and > 0)
                {
                    LogRemoved(removed);
                }
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                // The database is away or busy: the runs are there at the next turn too.
                LogFailed(error);
            }
        }
    }

    private async Task<int> RemoveRunsAsync(CancellationToken cancellationToken)
    {
        await using var work = units.Create();
        // The one index besides the key is on the time of acceptance, which is before the end.
        var ended = await work.QueryAsync(
            new Statement(
                $"SELECT run_id FROM {sql.Table("run")} WHERE accepted_at < {Before} AND ended_at < {Before} ORDER BY accepted_at LIMIT @limit "
                    + sql.ForUpdateSkipLocked,
                Keep,
                Limit
            ),
            row => sql.ReadGuid(row, 0),
            cancellationToken
        );
        if (ended.Count == 0)
        {
            return 0;
        }

        // The history refuses to go before its run has ended, so the run goes last.
        StatementParameter runs = ("runs", ended.ToArray(), ColumnKind.Uuid);
        foreach (var (table, column) in new[] { ("run_history", "run_id"), ("run_join", "joined_run_id"), ("run", "run_id") })
        {
            work.Execute(new Statement($"DELETE FROM {sql.Table(table)} WHERE {sql.AnyOf(column, "@runs")}", runs));
        }

        await work.CommitAsync(cancellationToken);
        return ended.Count;
    }

    private Task<int> RemoveRefusalsAsync(CancellationToken cancellationToken) =>
        units.ExecuteAsync(
            new Statement(
                $"DELETE FROM {sql.Table("run_rejection")} WHERE message_id IN "
                    + $"(SELECT message_id FROM {sql.Table("run_rejection")} WHERE at < {Before} ORDER BY at LIMIT @limit)",
                Keep,
                Limit
            ),
            cancellationToken
        );

    [LoggerMessage(4106, LogLevel.Information, "{Runs} runs that ended long ago were removed with their history")]
    private partial void LogRemoved(long runs);

    [LoggerMessage(4107, LogLevel.Warning, "Runs that ended long ago could not be removed; the next turn tries again")]
    private partial void LogFailed(Exception error);
}
