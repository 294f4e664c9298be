using Coordination.Persistence;
using Microsoft.Extensions.Logging;

namespace Coordination.Workers;

/// <summary>Who may repeat a failed call.</summary>
internal interface IRetryBudgets
{
    /// <summary>A first attempt is being made.</summary>
    void First(string backend);

    /// <summary>Takes one retry from the fleet's budget.</summary>
    ValueTask<bool> TryTakeAsync(string backend, CancellationToken cancellationToken);
}

/// <summary>
/// The fleet's retry budgets, as rows. First attempts are counted in memory and written down when this process wants to retry, so that calls that succeed cost
/// nothing; retries ask the database, one at a time per backend, and are rare by their nature. While the database cannot be asked nothing is retried.
/// </summary>
internal sealed class RetryBudgets(IUnitOfWorkFactory units, WorkerIdentity identity, TimeProvider time, ILogger<RetryBudgets> logger)
    : IRetryBudgets
{
    private readonly FirstAttempts firsts = new(time);
    private readonly SqlDialect sql = units.Dialect;
    private readonly string table = units.Dialect.Table("retry_budget");

    public void First(string backend) => firsts.Count(backend);

    public async ValueTask<bool> TryTakeAsync(string backend, CancellationToken cancellationToken)
    {
        var counted = firsts.Take(backend);
        try
        {
            return await AskAsync(backend, counted, cancellationToken);
        }
        catch (Exception error)
        {
            firsts.GiveBack(backend, counted);
            if (error is OperationCanceledException)
            {
                throw;
            }

            logger.RetryBudgetUnknown(error, backend);
            return false;
        }
    }

    private async Task<bool> AskAsync(
        string backend,
        IReadOnlyList<(int SlotsAgo, long Count)> counted,
        CancellationToken cancellationToken
    )
    {
        await using var work = units.Create(alone: true);
        var slot = $"CAST({sql.UnixSeconds} / {(long)RetryRules.Slot.TotalSeconds} AS bigint)";
        // The row of no worker is the lock of the backend: whoever asks next waits, and sees what was granted.
        await work.QueryAsync(
            new Statement(
                $"""
                INSERT INTO {table} AS b (backend, slot, worker, firsts, retries) VALUES (@backend, 0, '', 0, 0)
                ON CONFLICT (backend, slot, worker) DO UPDATE SET firsts = b.firsts + 1 RETURNING 1
                """,
                ("backend", backend, ColumnKind.Text)
            ),
            row => row.GetInt32(0),
            cancellationToken
        );
        var sums = await work.QueryAsync(
            new Statement(
                $"""
                SELECT CAST(COALESCE(SUM(firsts), 0) AS bigint), CAST(COALESCE(SUM(retries), 0) AS bigint),
                  CAST(COALESCE(SUM(CASE WHEN slot = {slot} THEN retries ELSE 0 END), 0) AS bigint)
                FROM {table} WHERE backend = @backend AND slot > {slot} - @slots
                """,
                ("backend", backend, ColumnKind.Text),
                ("slots", (long)(RetryRules.Window / RetryRules.Slot), ColumnKind.Int64)
            ),
            row => (Firsts: row.GetInt64(0), Retries: row.GetInt64(1), Now: row.GetInt64(2)),
            cancellationToken
        );
        var allowed = RetryRules.Allows(sums[0].Firsts + counted.Sum(c => c.Count), sums[0].Retries, sums[0].Now);
        foreach (var (slotsAgo, count) in counted.Append((0, 0)))
        {
            work.Execute(
                new Statement(
                    $"""
                    INSERT INTO {table} AS b (backend, slot, worker, firsts, retries) VALUES (@backend, {slot} - @ago, @worker, @firsts, @retries)
                    ON CONFLICT (backend, slot, worker) DO UPDATE SET firsts = b.firsts + excluded.firsts, retries = b.retries + excluded.retries
                    """,
                    ("backend", backend, ColumnKind.Text),
                    ("ago", (long)slotsAgo, ColumnKind.Int64),
                    ("worker", identity.Owner, ColumnKind.Text),
                    ("firsts", count, ColumnKind.Int64),
                    ("retries", allowed && slotsAgo == 0 && count == 0 ? 1L : 0L, ColumnKind.Int64)
                )
            );
        }

        work.Execute(
            new Statement(
                $"DELETE FROM {table} WHERE backend = @backend AND slot > 0 AND slot <= {slot} - @slots",
                ("backend", backend, ColumnKind.Text),
                ("slots", 2 * (long)(RetryRules.Window / RetryRules.Slot), ColumnKind.Int64)
            )
        );
        await work.CommitAsync(cancellationToken);
        return allowed;
    }
}
