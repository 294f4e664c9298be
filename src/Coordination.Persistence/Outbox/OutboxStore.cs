using System.Data.Common;

namespace Coordination.Persistence;

/// <summary>
/// The outbox table in SQL that both databases understand. A row is pending until it is deleted, in embedded mode until it is handed over; its due
/// time is all the state there is.
/// </summary>
internal sealed class OutboxStore : IOutboxStore
{
    private readonly IUnitOfWorkFactory units;
    private readonly SqlDialect sql;
    private readonly string outbox;
    private readonly string claim;

    public OutboxStore(IUnitOfWorkFactory units)
    {
        this.units = units;
        sql = units.Dialect;
        outbox = sql.Table("outbox");

        // As a subquery the clock is read once, so that an index can be searched by it.
        var now = $"(SELECT {sql.Now})";

        // 1. Take what is due, leaving out rows behind an older one that is not due: leased, postponed, or on its way from memory.
        // 2. Of these, drop rows behind one that was not taken: beyond the limit, or being claimed by another process at this moment.
        // Rows seen here can only vanish (delivered) while the statement runs, and a group's rows are committed in the order of their ids: what looks
        // like a head is one, without any lock that would make claims wait for each other.
        claim = $"""
            WITH due AS MATERIALIZED (
                SELECT o.id, o.group_id, o.ordered FROM {outbox} o
                WHERE o.due_at <= {now} AND (NOT o.ordered OR NOT EXISTS (
                    SELECT 1 FROM {outbox} p WHERE p.group_id = o.group_id AND p.ordered AND p.id < o.id AND p.due_at > {now} AND p.handed_over_at IS NULL))
                ORDER BY o.due_at, o.id LIMIT @limit {sql.ForUpdateSkipLocked})
            UPDATE {outbox} SET due_at = {sql.NowPlus("@lease")}, handed_over_at = NULL
            WHERE id IN (SELECT d.id FROM due d WHERE NOT d.ordered OR NOT EXISTS (
                SELECT 1 FROM {outbox} p WHERE p.group_id = d.group_id AND p.ordered AND p.id < d.id
                AND (p.handed_over_at IS NULL OR p.due_at <= {now}) AND p.id NOT IN (SELECT id FROM due)))
            RETURNING id, attempts, ordered, token, COALESCE(expires_at <= {now}, false), {StoredMessage.Columns}
            """;
    }

    public async Task<IReadOnlyList<OutboxRow>> ClaimDueAsync(int limit, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var work = units.Create();
        var claimed = await work.QueryAsync(
            new Statement(claim, ("limit", limit, ColumnKind.Int64), Milliseconds("lease", lease)),
            reader => (Row: Read(reader), Expired: reader.GetBoolean(4)),
            cancellationToken
        );
        var expired = claimed.Where(row => row.Expired).Select(row => row.Row.Id).ToArray();
        if (expired.Length > 0)
        {
            work.Execute(Delete(expired));
        }

        Unhurry(work);
        await work.CommitAsync(cancellationToken);
        return [.. claimed.Where(row => !row.Expired).Select(row => row.Row).OrderBy(row => row.Id)];
    }

    public async Task<TimeSpan?> NextDueAsync(CancellationToken cancellationToken)
    {
        var rows = await units.QueryAsync(
            new Statement($"SELECT min(due_at), {sql.Now} FROM {outbox}"),
            reader => reader.IsDBNull(0) ? (TimeSpan?)null : sql.ReadTime(reader, 0) - sql.ReadTime(reader, 1),
            cancellationToken
        );
        return rows[0];
    }

    public async Task<bool> HasOlderAsync(Guid groupId, long id, CancellationToken cancellationToken)
    {
        var rows = await units.QueryAsync(
            new Statement(
                $"SELECT 1 FROM {outbox} WHERE group_id = @group_id AND ordered AND id < @id AND (handed_over_at IS NULL OR due_at <= {sql.Now}) LIMIT 1",
                ("group_id", groupId, ColumnKind.Uuid),
                ("id", id, ColumnKind.Int64)
            ),
            reader => reader.GetInt32(0),
            cancellationToken
        );
        return rows.Count > 0;
    }

    public Task DeleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        RunUnhurriedAsync(cancellationToken, Delete([.. ids]));

    public Task HandedOverAsync(IReadOnlyList<long> ids, TimeSpan lease, CancellationToken cancellationToken) =>
        RunUnhurriedAsync(
            cancellationToken,
            new Statement(
                $"UPDATE {outbox} SET handed_over_at = {sql.Now}, due_at = {sql.NowPlus("@lease")} WHERE {sql.AnyOf("id", "@ids")}",
                Ids(ids),
                Milliseconds("lease", lease)
            )
        );

    public Task PostponeAsync(IReadOnlyList<long> ids, string error, TimeSpan delay, bool counts, CancellationToken cancellationToken)
    {
        var later = sql.NowPlus("@delay");
        return RunUnhurriedAsync(
            cancellationToken,
            new Statement(
                $"UPDATE {outbox} SET due_at = {later}, last_error = @error, attempts = attempts + @tries, handed_over_at = NULL "
                    + $"WHERE {sql.AnyOf("id", "@ids")}",
                Ids(ids),
                Milliseconds("delay", delay),
                ("error", error, ColumnKind.Text),
                ("tries", counts ? 1 : 0, ColumnKind.Int32)
            ),
            // The rest of an ordered group cannot leave before its head: postponed with it, a long group does not have to be looked through at every claim.
            new Statement(
                $"""
                UPDATE {outbox} SET due_at = {later} WHERE ordered AND due_at < {later} AND EXISTS (
                    SELECT 1 FROM {outbox} head WHERE {sql.AnyOf(
                    "head.id",
                    "@ids"
                )} AND head.ordered AND head.group_id = {outbox}.group_id AND head.id < {outbox}.id)
                AND group_id IN (SELECT group_id FROM {outbox} WHERE {sql.AnyOf("id", "@ids")} AND ordered)
                """,
                Ids(ids),
                Milliseconds("delay", delay)
            )
        );
    }

    public async Task ParkAsync(long id, string reason, string detail, CancellationToken cancellationToken)
    {
        await using var work = units.Create();
        work.Execute(
            new Statement(
                $"""
                INSERT INTO {sql.Table("dead_letter")} (direction, endpoint, reason, detail, parked_at, attempts, {StoredMessage.Columns})
                SELECT 'out', endpoint, @reason, @detail, {sql.Now}, attempts + 1, {StoredMessage.Columns} FROM {outbox} WHERE id = @id
                ON CONFLICT (direction, endpoint, message_id)
                DO UPDATE SET reason = excluded.reason, detail = excluded.detail, parked_at = excluded.parked_at, attempts = excluded.attempts
                """,
                ("id", id, ColumnKind.Int64),
                ("reason", reason, ColumnKind.Text),
                ("detail", detail, ColumnKind.Text)
            )
        );
        work.Execute(Delete([id]));
        await work.CommitAsync(cancellationToken);
    }

    public async Task<int> RecoverHandedOverAsync(CancellationToken cancellationToken) =>
        // Rows within their grace time too: there is no other process that could be delivering them.
        await units.ExecuteAsync(
            new Statement(
                $"UPDATE {outbox} SET due_at = {sql.Now}, handed_over_at = NULL "
                    + $"WHERE handed_over_at IS NOT NULL OR (token IS NULL AND attempts = 0 AND due_at > {sql.Now})"
            ),
            cancellationToken
        );

    public async Task<OutboxFigures> FiguresAsync(CancellationToken cancellationToken)
    {
        var now = $"(SELECT {sql.Now})";
        var rows = await units.QueryAsync(
            new Statement(
                $"""
                SELECT count(*), COALESCE(sum(CASE WHEN token IS NOT NULL AND due_at > {now} AND handed_over_at IS NULL THEN 1 ELSE 0 END), 0),
                    min(due_at), {sql.Now}, (SELECT count(*) FROM {sql.Table("dead_letter")}) FROM {outbox}
                """
            ),
            reader =>
            {
                var waits = reader.IsDBNull(2) ? TimeSpan.Zero : sql.ReadTime(reader, 3) - sql.ReadTime(reader, 2);
                var timers = reader.GetInt64(1);
                return new OutboxFigures(
                    reader.GetInt64(0) - timers,
                    timers,
                    waits > TimeSpan.Zero ? waits : TimeSpan.Zero,
                    reader.GetInt64(4)
                );
            },
            cancellationToken
        );
        return rows[0];
    }

    private OutboxRow Read(DbDataReader reader)
    {
        var message = StoredMessage.Read(reader, sql, 5);
        return new OutboxRow
        {
            Id = reader.GetInt64(0),
            Attempts = reader.GetInt32(1),
            Message = message with { Ordered = reader.GetBoolean(2), Token = reader.IsDBNull(3) ? null : sql.ReadGuid(reader, 3) },
        };
    }

    private Statement Delete(long[] ids) => new($"DELETE FROM {outbox} WHERE {sql.AnyOf("id", "@ids")}", Ids(ids));

    /// <summary>What is lost of these in a crash of the database is done again: a second delivery, which the inbox absorbs.</summary>
    private async Task RunUnhurriedAsync(CancellationToken cancellationToken, params Statement[] statements)
    {
        await using var work = units.Create();
        Unhurry(work);
        foreach (var statement in statements)
        {
            work.Execute(statement);
        }

        await work.CommitAsync(cancellationToken);
    }

    private void Unhurry(IUnitOfWork work)
    {
        if (sql.Unhurried is { } unhurried)
        {
            work.Execute(unhurried);
        }
    }

    private static StatementParameter Ids(IReadOnlyList<long> ids) => ("ids", ids as long[] ?? [.. ids], ColumnKind.Int64);

    private static StatementParameter Milliseconds(string name, TimeSpan time) => (name, (long)time.TotalMilliseconds, ColumnKind.Int64);
}
