using Coordination.Persistence;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.Workers;

/// <summary>
/// Removes effects and journals of runs that have long been over, a bounded number at a time, and business guards whose time is over. The database itself refuses to
/// lose records younger than 30 days.
/// </summary>
internal sealed class EffectRetention(
    IUnitOfWorkFactory units,
    WorkerOptions options,
    TimeProvider time,
    Func<double> jitter,
    ILogger<EffectRetention> logger
) : BackgroundService
{
    private const int Runs = 100;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(30);
    private readonly SqlDialect sql = units.Dialect;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Every * (0.5 + jitter()), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                while (!stoppingToken.IsCancellationRequested && await SweepAsync(stoppingToken) == Runs) { }
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                logger.CleanFailed(error);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Returns the number of runs whose journals were removed.</summary>
    internal async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var (journal, effects, guards) = (sql.Table("effect_journal"), sql.Table("effect"), sql.Table("effect_guard"));
        StatementParameter keep = ("keep", -(long)options.KeepEffects.TotalMilliseconds, ColumnKind.Int64);
        await using var work = units.Create();
        var old = await work.QueryAsync(
            new Statement(
                $"""
                SELECT first.run_id FROM {journal} AS first
                WHERE first.seq = 1 AND first.at < (SELECT {sql.NowPlus("@keep")})
                  AND NOT EXISTS (SELECT 1 FROM {journal} AS later WHERE later.run_id = first.run_id AND later.at >= (SELECT {sql.NowPlus(
                    "@keep"
                )}))
                ORDER BY first.at LIMIT @limit
                """,
                keep,
                ("limit", Runs, ColumnKind.Int32)
            ),
            row => sql.ReadGuid(row, 0),
            cancellationToken
        );
        StatementParameter runs = ("runs", old.ToArray(), ColumnKind.Uuid);
        work.Execute(new Statement($"DELETE FROM {effects} WHERE {sql.AnyOf("run_id", "@runs")}", runs));
        work.Execute(new Statement($"DELETE FROM {journal} WHERE {sql.AnyOf("run_id", "@runs")}", runs));
        work.Execute(new Statement($"DELETE FROM {guards} WHERE held_until < {sql.Now}"));
        await work.CommitAsync(cancellationToken);
        return old.Count;
    }
}
