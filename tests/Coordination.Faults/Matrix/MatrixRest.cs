using System.Diagnostics;
using Coordination.Testing;
using Npgsql;

namespace Coordination.Faults.Matrix;

/// <summary>Waits until nothing moves any more.</summary>
internal sealed class MatrixRest(World world, TimeSpan patience)
{
    /// <summary>Until every run has ended or waits for a person; null: it did not come to that.</summary>
    public Task<TimeSpan?> ParkedAsync(CancellationToken ct) =>
        UntilAsync(
            """
            SELECT NOT EXISTS (SELECT 1 FROM coordination.step_claim WHERE state = 'open')
              AND NOT EXISTS (SELECT 1 FROM coordination.run r WHERE ended_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM coordination.coord_v1_steps s WHERE s.run_id = r.run_id AND s.question_id LIKE 'effect:%'))
            """,
            ct
        );

    /// <summary>Until every run has ended and no message is under way; null: it did not come to that.</summary>
    public async Task<TimeSpan?> EndedAsync(CancellationToken ct) =>
        await UntilAsync(
            """
            SELECT NOT EXISTS (SELECT 1 FROM coordination.run WHERE ended_at IS NULL)
              AND NOT EXISTS (SELECT 1 FROM coordination.step_claim WHERE state = 'open')
              AND NOT EXISTS (SELECT 1 FROM coordination.outbox)
            """,
            ct,
            () => Suite.QueuesAreEmptyAsync(world, ct)
        );

    private async Task<TimeSpan?> UntilAsync(string sql, CancellationToken ct, Func<Task<bool>>? also = null)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            await Eventually.Until(
                async () =>
                {
                    await using var command = world.Store.CreateCommand(sql);
                    return (bool)(await command.ExecuteScalarAsync(ct))! && await AllKnownAsync(ct) && (also is null || await also());
                },
                patience,
                "rest",
                ct
            );
            return clock.Elapsed;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>What was accepted has become a run; messages may still hold what is to become one.</summary>
    private async Task<bool> AllKnownAsync(CancellationToken ct)
    {
        await using var submitted = world.Ledger.CreateCommand(
            "SELECT COALESCE(array_agg(run_id), '{}') FROM submission WHERE outcome = 'ok'"
        );
        await using var known = world.Store.CreateCommand(
            "SELECT NOT EXISTS (SELECT 1 FROM unnest($1) AS s (run_id) LEFT JOIN coordination.run r USING (run_id) WHERE r.run_id IS NULL)"
        );
        known.Parameters.Add(new NpgsqlParameter { Value = (Guid[])(await submitted.ExecuteScalarAsync(ct))! });
        return (bool)(await known.ExecuteScalarAsync(ct))!;
    }
}
