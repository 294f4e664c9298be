using System.Data.Common;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Persistence;

namespace Coordination.Workers;

/// <summary>
/// The table <c>step_claim</c>: who may carry out which attempt. The life of a row:
/// 1. inserted with the inbox row of the message, owned by the receiver (epoch 1) or by nobody;
/// 2. renewed while the agent runs; expires_at in the past means anyone may take it over with the next epoch;
/// 3. closed together with the attempt's answer, by its owner and epoch only;
/// 4. deleted when old. All times are the database's.
/// </summary>
internal sealed class ClaimStore(IUnitOfWorkFactory units, WorkerIdentity identity, WorkerOptions options, TimeProvider time)
{
    private const string Columns = "id, epoch, message, envelope, crashes, cancel_requested, claimed_at";

    private readonly SqlDialect sql = units.Dialect;
    private readonly string table = units.Dialect.Table("step_claim");

    private StatementParameter Owner => ("owner", identity.Owner, ColumnKind.Text);
    private StatementParameter Ttl => ("ttl", (long)options.LeaseTtl.TotalMilliseconds, ColumnKind.Int64);

    /// <summary>The database clock and, if there is one, the claim of this attempt; opens the transaction in the same round trip.</summary>
    public async ValueTask<(DateTimeOffset Now, ClaimState? Claim)> LookAsync(
        IUnitOfWork work,
        Guid runId,
        string stepId,
        int attempt,
        bool compensating,
        CancellationToken cancellationToken
    )
    {
        var rows = await work.QueryAsync(
            new Statement(
                $"""
                SELECT clock.now, c.id, c.state, c.owner, c.epoch, c.expires_at <= clock.now
                FROM (SELECT {sql.Now} AS now) AS clock
                LEFT JOIN {table} AS c ON c.run_id = @run AND c.step_id = @step AND c.attempt = @attempt AND c.compensating = @compensating
                """,
                ("run", runId, ColumnKind.Uuid),
                ("step", stepId, ColumnKind.Text),
                ("attempt", attempt, ColumnKind.Int32),
                ("compensating", compensating, ColumnKind.Bool)
            ),
            row =>
                (
                    sql.ReadTime(row, 0),
                    row.IsDBNull(1)
                        ? null
                        : new ClaimState(
                            sql.ReadGuid(row, 1),
                            string.Equals(row.GetString(2), "open", StringComparison.Ordinal),
                            row.IsDBNull(3) ? null : row.GetString(3),
                            row.GetInt64(4),
                            row.IsDBNull(3) || row.GetBoolean(5)
                        )
                ),
            cancellationToken
        );
        return rows[0];
    }

    /// <summary>Adds a claim to the unit of work: ours with a lease, or available to anyone.</summary>
    public void Insert(IUnitOfWork work, StepClaim claim, bool owned) =>
        work.Execute(
            owned ? Insert(claim, "'open', @owner, 1", sql.NowPlus("@ttl"), Owner, Ttl) : Insert(claim, "'open', NULL, 0", sql.Now)
        );

    /// <summary>Remembers that an attempt must not start: a cancellation overtook its order, or it is over with this unit of work.</summary>
    public void InsertDone(IUnitOfWork work, StepClaim claim) => work.Execute(Insert(claim, "'done', NULL, 0", sql.Now));

    private Statement Insert(StepClaim claim, string stateOwnerEpoch, string expires, params StatementParameter[] more) =>
        new(
            $"""
            INSERT INTO {table} (id, run_id, step_id, attempt, compensating, agent_type, tenant, state, owner, epoch, crashes, expires_at,
              cancel_requested, message, envelope, created_at, claimed_at)
            VALUES (@id, @run, @step, @attempt, @compensating, @agent, @tenant, {stateOwnerEpoch}, 0, {expires},
              FALSE, @message, @envelope, {sql.Now}, {sql.Now})
            ON CONFLICT (run_id, step_id, attempt, compensating) DO NOTHING
            """,
            [
                ("id", claim.Id, ColumnKind.Uuid),
                ("run", claim.Work.RunId, ColumnKind.Uuid),
                ("step", claim.Work.StepId, ColumnKind.Text),
                ("attempt", claim.Work.Attempt, ColumnKind.Int32),
                ("compensating", claim.Work.Compensating, ColumnKind.Bool),
                ("agent", claim.Work.AgentType, ColumnKind.Text),
                ("tenant", claim.Envelope.Tenant, ColumnKind.Text),
                ("message", JsonSerializer.SerializeToUtf8Bytes(claim.Work, StepWork.Stored), ColumnKind.Bytes),
                ("envelope", JsonSerializer.Serialize(claim.Envelope, StepWork.Stored), ColumnKind.Text),
                .. more,
            ]
        )
        {
            MustAffect =
                $"attempt {claim.Work.Attempt} of step {claim.Work.StepId} of run {claim.Work.RunId} was claimed at the same moment",
        };

    /// <summary>Adds to the unit of work: the attempt is over. Fails the whole unit when the claim is not ours any more.</summary>
    public void Close(IUnitOfWork work, StepClaim claim) => work.Execute(Guarded(claim, $"state = 'done', expires_at = {sql.Now}"));

    /// <summary>Adds to the unit of work: the attempt is alive. Fails the whole unit when the claim is not ours any more.</summary>
    public void Extend(IUnitOfWork work, StepClaim claim) => work.Execute(Guarded(claim, $"expires_at = {sql.NowPlus("@ttl")}", Ttl));

    private Statement Guarded(StepClaim claim, string set, params StatementParameter[] more) =>
        new(
            $"UPDATE {table} SET {set} WHERE id = @id AND epoch = @epoch AND owner = @owner AND state = 'open'",
            [("id", claim.Id, ColumnKind.Uuid), ("epoch", claim.Epoch, ColumnKind.Int64), Owner, .. more]
        )
        {
            MustAffect = "the claim was taken over (FENCED)",
        };

    /// <summary>Adds to the unit of work: an attempt nobody carries out at the moment is over.</summary>
    public void CloseAvailable(IUnitOfWork work, ClaimState claim) =>
        work.Execute(
            new Statement(
                $"UPDATE {table} SET state = 'done', cancel_requested = TRUE, expires_at = {sql.Now} WHERE id = @id AND epoch = @epoch AND state = 'open'",
                ("id", claim.Id, ColumnKind.Uuid),
                ("epoch", claim.Epoch, ColumnKind.Int64)
            )
            {
                MustAffect = "the claim was taken over at the same moment",
            }
        );

    /// <summary>Adds to the unit of work: whoever carries out the attempt shall stop.</summary>
    public void RequestCancel(IUnitOfWork work, ClaimState claim) =>
        work.Execute(
            new Statement(
                $"UPDATE {table} SET cancel_requested = TRUE WHERE id = @id AND epoch = @epoch AND state = 'open'",
                ("id", claim.Id, ColumnKind.Uuid),
                ("epoch", claim.Epoch, ColumnKind.Int64)
            )
            {
                MustAffect = "the claim changed hands at the same moment",
            }
        );

    /// <summary>Which of the types have claims that wait for somebody, in one statement.</summary>
    public async Task<IReadOnlyCollection<string>> AvailableTypesAsync(
        IReadOnlyList<string> agentTypes,
        CancellationToken cancellationToken
    )
    {
        // Ordered, so that the planner takes the index: it expects a third of the claims to be available.
        var texts = agentTypes.Select(
            (_, i) =>
                $"SELECT {i} WHERE 1 = (SELECT 1 FROM {table} WHERE state = 'open' AND agent_type = @a{i} AND expires_at <= (SELECT {sql.Now}) "
                + "ORDER BY expires_at LIMIT 1)"
        );
        var parameters = agentTypes.Select((type, i) => new StatementParameter($"a{i}", type, ColumnKind.Text));
        return await units.QueryAsync(
            new Statement(string.Join(" UNION ALL ", texts), [.. parameters]),
            row => agentTypes[row.GetInt32(0)],
            cancellationToken
        );
    }

    /// <summary>How many claims of the type wait for somebody, counted up to <paramref name="limit"/>.</summary>
    public async Task<int> CountAvailableAsync(string agentType, int limit, CancellationToken cancellationToken)
    {
        var rows = await units.QueryAsync(
            new Statement(
                $"""
                SELECT count(*) FROM (SELECT 1 AS one FROM {table}
                WHERE state = 'open' AND agent_type = @agent AND expires_at <= (SELECT {sql.Now}) ORDER BY expires_at LIMIT @limit) AS available
                """,
                ("agent", agentType, ColumnKind.Text),
                ("limit", limit, ColumnKind.Int32)
            ),
            row => row.GetInt64(0),
            cancellationToken
        );
        return (int)rows[0];
    }

    /// <summary>
    /// Takes over up to <paramref name="limit"/> claims of the type whose lease has run out: those whose owner vanished for the second time or more often
    /// (<paramref name="alone"/>), or the others.
    /// </summary>
    public async Task<IReadOnlyList<StepClaim>> TakeOverAsync(string agentType, int limit, bool alone, CancellationToken cancellationToken)
    {
        var which = alone ? "owner IS NOT NULL AND crashes > 0" : "(owner IS NULL OR crashes = 0)";
        var askedAt = time.GetTimestamp();
        await using var work = units.Create();
        var claims = await work.QueryAsync(
            new Statement(
                $"""
                WITH available AS MATERIALIZED (
                  SELECT id FROM {table} WHERE state = 'open' AND agent_type = @agent AND expires_at <= (SELECT {sql.Now}) AND {which}
                  ORDER BY expires_at LIMIT @limit {sql.ForUpdateSkipLocked})
                UPDATE {table} SET owner = @owner, epoch = epoch + 1, crashes = crashes + CASE WHEN owner IS NULL THEN 0 ELSE 1 END,
                  expires_at = {sql.NowPlus("@ttl")}, claimed_at = {sql.Now}
                WHERE id IN (SELECT id FROM available)
                RETURNING {Columns}
                """,
                ("agent", agentType, ColumnKind.Text),
                ("limit", limit, ColumnKind.Int32),
                Owner,
                Ttl
            ),
            row => Read(row, askedAt) with { Alone = alone },
            cancellationToken
        );
        await work.CommitAsync(cancellationToken);
        return claims;
    }

    /// <summary>Renews the leases of running attempts in one statement; what is missing from the answer is ours no more.</summary>
    public async Task<IReadOnlyList<RenewedClaim>> RenewAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        await using var work = units.Create();
        var renewed = await work.QueryAsync(
            new Statement(
                $"""
                UPDATE {table} SET expires_at = {sql.NowPlus("@ttl")}
                WHERE {sql.AnyOf("id", "@ids")} AND state = 'open' AND owner = @owner
                RETURNING id, epoch, cancel_requested
                """,
                Owner,
                Ttl,
                ("ids", ids.ToArray(), ColumnKind.Uuid)
            ),
            row => new RenewedClaim(sql.ReadGuid(row, 0), row.GetInt64(1), row.GetBoolean(2)),
            cancellationToken
        );
        await work.CommitAsync(cancellationToken);
        return renewed;
    }

    /// <summary>Makes a claim of ours available to anyone; does nothing when it is not ours any more.</summary>
    public Task<int> HandBackAsync(StepClaim claim, CancellationToken cancellationToken) =>
        units.ExecuteAsync(
            new Statement(
                $"UPDATE {table} SET owner = NULL, expires_at = {sql.Now} WHERE id = @id AND epoch = @epoch AND owner = @owner AND state = 'open'",
                ("id", claim.Id, ColumnKind.Uuid),
                ("epoch", claim.Epoch, ColumnKind.Int64),
                Owner
            ),
            cancellationToken
        );

    /// <summary>Whether this very claim (id and epoch) was closed, for a commit whose outcome was unknown.</summary>
    public async Task<bool> IsClosedAsync(StepClaim claim, CancellationToken cancellationToken)
    {
        var rows = await units.QueryAsync(
            new Statement(
                $"SELECT count(*) FROM {table} WHERE id = @id AND epoch = @epoch AND owner = @owner AND state = 'done'",
                ("id", claim.Id, ColumnKind.Uuid),
                ("epoch", claim.Epoch, ColumnKind.Int64),
                Owner
            ),
            row => row.GetInt64(0),
            cancellationToken
        );
        return rows[0] > 0;
    }

    /// <summary>Embedded mode, at start: nobody else lives, so every open claim is available. Returns their number.</summary>
    public Task<int> ReleaseAllAsync(CancellationToken cancellationToken) =>
        units.ExecuteAsync(
            new Statement($"UPDATE {table} SET expires_at = {sql.Now} WHERE state = 'open' AND (owner IS NULL OR owner <> @owner)", Owner),
            cancellationToken
        );

    /// <summary>Deletes closed claims older than the retention, a bounded number at a time.</summary>
    public Task<int> CleanAsync(TimeSpan keep, int limit, CancellationToken cancellationToken) =>
        units.ExecuteAsync(
            new Statement(
                $"""
                DELETE FROM {table} WHERE id IN (
                  SELECT id FROM {table} WHERE state = 'done' AND expires_at < (SELECT {sql.NowPlus(
                    "@keep"
                )}) ORDER BY expires_at LIMIT @limit)
                """,
                ("keep", -(long)keep.TotalMilliseconds, ColumnKind.Int64),
                ("limit", limit, ColumnKind.Int32)
            ),
            cancellationToken
        );

    private StepClaim Read(DbDataReader row, long askedAt) =>
        new()
        {
            Id = sql.ReadGuid(row, 0),
            Epoch = row.GetInt64(1),
            Work = JsonSerializer.Deserialize<StepWork>(row.GetFieldValue<byte[]>(2), StepWork.Stored)!,
            Envelope = JsonSerializer.Deserialize<Envelope>(row.GetString(3), StepWork.Stored)!,
            Crashes = row.GetInt32(4),
            CancelRequested = row.GetBoolean(5),
            ClaimedAt = sql.ReadTime(row, 6),
            AskedAt = askedAt,
        };
}
