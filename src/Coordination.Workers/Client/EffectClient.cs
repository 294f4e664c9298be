using Coordination.Persistence;

namespace Coordination.Workers;

/// <summary>Shows effects and journals. Made by the container: <c>services.AddRunClient()</c>.</summary>
public sealed class EffectClient
{
    private const int Page = 1_000;
    private readonly IUnitOfWorkFactory units;
    private readonly JournalReader journal;

    /// <summary>Made by the container.</summary>
    public EffectClient(IUnitOfWorkFactory units)
    {
        this.units = units;
        journal = new JournalReader(units);
    }

    /// <summary>Effects, the one changed last first.</summary>
    /// <param name="runId">Only of this run.</param>
    /// <param name="status">Only with this status, see <see cref="EffectInfo.Status"/>.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task<IReadOnlyList<EffectInfo>> ListAsync(
        Guid? runId = null,
        string? status = null,
        int limit = 1_000,
        CancellationToken cancellationToken = default
    )
    {
        var sql = units.Dialect;
        return units.QueryAsync(
            new Statement(
                $"""
                SELECT effect_key, run_id, step_id, compensating, tool, class, scope, status, calls, created_at, changed_at FROM {sql.Table(
                    "effect"
                )}
                WHERE 1 = 1 {(runId is null ? "" : "AND run_id = @run")} {(status is null ? "" : "AND status = @status")}
                ORDER BY changed_at DESC LIMIT @limit
                """,
                ("run", runId, ColumnKind.Uuid),
                ("status", status, ColumnKind.Text),
                ("limit", limit, ColumnKind.Int32)
            ),
            row => new EffectInfo
            {
                Key = row.GetString(0),
                RunId = sql.ReadGuid(row, 1),
                StepId = row.GetString(2),
                Compensating = row.GetBoolean(3),
                Tool = row.GetString(4),
                Class = row.GetString(5),
                Scope = row.GetString(6),
                Status = row.GetString(7),
                Calls = row.GetInt32(8),
                CreatedAt = sql.ReadTime(row, 9),
                ChangedAt = sql.ReadTime(row, 10),
            },
            cancellationToken
        );
    }

    /// <summary>A run's journal from <paramref name="after"/> on, oldest first.</summary>
    public async Task<IReadOnlyList<JournalLine>> JournalAsync(
        Guid runId,
        long after = 0,
        int limit = Page,
        CancellationToken cancellationToken = default
    ) =>
        [
            .. (await journal.OfRunAsync(runId, after, limit, cancellationToken)).Select(r => new JournalLine(
                r.Seq,
                r.At,
                r.Kind,
                r.StepId,
                r.Attempt,
                r.Worker,
                r.Tool,
                r.Key,
                r.Status,
                r.Code,
                r.Detail,
                r.InputTokens,
                r.OutputTokens,
                r.CostMicroUsd
            )),
        ];

    /// <summary>
    /// Reads a run's whole journal and checks it: no gap, no changed record, and an effect's row says what its records say (so records cut off at the end are
    /// found, too).
    /// </summary>
    /// <returns>How many records there are, and the first thing that is wrong; null when all is well.</returns>
    public async Task<(long Records, string? Fault)> VerifyAsync(Guid runId, CancellationToken cancellationToken = default)
    {
        var records = new List<JournalRecord>();
        for (long after = 0; ; after = records[^1].Seq)
        {
            var page = await journal.OfRunAsync(runId, after, Page, cancellationToken);
            records.AddRange(page);
            if (page.Count < Page)
            {
                break;
            }
        }

        return (
            records.Count,
            JournalChain.Fault(records)
                ?? Contradiction(records, await ListAsync(runId, limit: int.MaxValue, cancellationToken: cancellationToken))
        );
    }

    private static string? Contradiction(IEnumerable<JournalRecord> records, IEnumerable<EffectInfo> effects)
    {
        var states = EffectHistory.Of(records);
        return effects
            .Where(effect =>
                !states.TryGetValue(effect.Key, out var state) || state.Calls != effect.Calls || Words.Of(state.Status) != effect.Status
            )
            .Select(effect =>
                $"effect {effect.Tool} ({effect.Key}) is {effect.Status} after {effect.Calls} calls, its records say otherwise: some are missing at the end"
            )
            .FirstOrDefault();
    }
}
