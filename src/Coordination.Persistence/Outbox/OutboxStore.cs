using System.Collections.Concurrent;
using System.Data.Common;

namespace Coordination.Persistence;

/// <summary>
/// The outbox table in SQL that both databases understand. A row is pending until it is deleted, in embedded mode until it is handed over; its due
/// time is all the state there is.
/// </summary>
internal sealed class OutboxStore : IOutboxStore
{
    /// <summary>Rows of an ordered group that are postponed with its head, by distance in ids.</summary>
    private const int Followers = 500;

    private readonly IUnitOfWorkFactory units;
    private readonly SqlDialect sql;
    private readonly string outbox;
    private readonly string anyDue;
    private readonly ConcurrentDictionary<int, OutboxClaim> claims = new();
    private readonly OutboxFiguresQuery figures;

    public OutboxStore(IUnitOfWorkFactory units)
    {
        this.units = units;
        sql = units.Dialect;
        outbox = sql.Table("outbox");
        figures = new OutboxFiguresQuery(sql);

        // As a subquery the clock is read once, so that an index can be searched by it. Without the order the planner expects a third of the rows to be due and
        // looks for the first by reading the table.
        anyDue = $"SELECT 1 FROM {outbox} WHERE due_at <= (SELECT {sql.Now}) ORDER BY due_at, id LIMIT 1";
    }

    public async Task<IReadOnlyList<OutboxRow>> ClaimDueAsync(int limit, TimeSpan lease, CancellationToken cancellationToken)
    {
        // Most of the time nothing is: one small read instead of a transaction.
        if ((await units.QueryAsync(new Statement(anyDue), reader => reader.GetInt32(0), cancellationToken)).Count == 0)
        {
            return [];
        }

        var texts = claims.GetOrAdd(limit, static (wanted, store) => new OutboxClaim(store.sql, store.outbox, wanted), this);
        await using var work = units.Create();
        var claimed = await work.QueryAsync(
            new Statement(texts.Claim, Milliseconds("lease", lease)),
            reader => (Row: Read(reader), Expired: reader.GetBoolean(4)),
            cancellationToken
        );
        var expired = claimed.Where(row => row.Expired).Select(row => row.Row.Id).ToArray();
        if (expired.Length > 0)
        {
            work.Execute(Delete(expired));
        }

        if (claimed.Count < limit)
        {
            work.Execute(new Statement(texts.Aside));
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

    public async Task PostponeAsync(IReadOnlyList<long> ids, string error, TimeSpan delay, bool counts, CancellationToken cancellationToken)
    {
        var notes = counts ? await NotesAsync(ids, error, cancellationToken) : [];
        // One moment for all: rows of a group become due in their order.
        var later = $"(SELECT {sql.NowPlus("@delay")})";
        await RunUnhurriedAsync(
            cancellationToken,
            [
                new Statement(
                    $"UPDATE {outbox} SET due_at = {later}, last_error = @error, attempts = attempts + @tries, handed_over_at = NULL "
                        + $"WHERE {sql.AnyOf("id", "@ids")}",
                    Ids(ids),
                    Milliseconds("delay", delay),
                    ("error", error, ColumnKind.Text),
                    ("tries", counts ? 1 : 0, ColumnKind.Int32)
                ),
                // The rest of an ordered group cannot leave before its head: postponed with it, it does not have to be looked at by every claim. Of a very long
                // group the nearest, so that this too has a bound.
                new Statement(
                    $"""
                UPDATE {outbox} SET due_at = {later} WHERE due_at < {later} AND id IN (
                    SELECT f.id FROM (SELECT group_id, min(id) AS id FROM {outbox} WHERE {sql.AnyOf(
                    "id",
                    "@ids"
                )} AND ordered GROUP BY group_id) head
                    JOIN {outbox} f ON f.group_id = head.group_id AND f.ordered AND f.id > head.id AND f.id < head.id + {Followers})
                """,
                    Ids(ids),
                    Milliseconds("delay", delay)
                ),
                .. notes,
            ]
        );
    }

    /// <summary>
    /// What a counted try adds to the lists of failed attempts. Read beforehand: nobody else touches a row that this process has claimed.
    /// </summary>
    private async Task<IReadOnlyList<Statement>> NotesAsync(IReadOnlyList<long> ids, string error, CancellationToken cancellationToken) =>
        await units.QueryAsync(
            new Statement($"SELECT {Tried}, id FROM {outbox} WHERE {sql.AnyOf("id", "@ids")}", Ids(ids)),
            reader => new Statement(
                $"UPDATE {outbox} SET failures = @failures WHERE id = @id",
                ("id", reader.GetInt64(3), ColumnKind.Int64),
                ("failures", AttemptList.Write(Failures(reader, Contracts.ReasonCode.Degraded, error)), ColumnKind.Text)
            ),
            cancellationToken
        );

    private string Tried => $"attempts, failures, {sql.Now}";

    /// <summary>The failed attempts of a row, as <see cref="Tried"/> reads it, with one more.</summary>
    private IReadOnlyList<FailedAttempt> Failures(DbDataReader reader, string code, string error)
    {
        var earlier = AttemptList.Read(reader.IsDBNull(1) ? null : reader.GetString(1));
        var one = new FailedAttempt
        {
            Number = reader.GetInt32(0) + 1 - AttemptList.Count(earlier),
            At = sql.ReadTime(reader, 2),
            Code = code,
            Text = FailureNotes.Printable(error),
        };
        return earlier.Then([one]);
    }

    public async Task ParkAsync(long id, string reason, string detail, CancellationToken cancellationToken)
    {
        await using var work = units.Create();
        var failures = await work.QueryAsync(
            new Statement($"SELECT {Tried} FROM {outbox} WHERE id = @id", ("id", id, ColumnKind.Int64)),
            reader => Failures(reader, reason, detail),
            cancellationToken
        );
        if (failures is not [var all])
        {
            return;
        }

        work.Execute(
            new Statement(
                $"""
                INSERT INTO {sql.Table("dead_letter")}
                    (direction, endpoint, reason, detail, parked_at, attempts, state, failures, replaces, {StoredMessage.Columns})
                SELECT 'out', endpoint, @reason, @detail, {sql.Now}, attempts + 1, '{LetterState.Open}', @failures,
                    (SELECT max(d.id) FROM {sql.Table("dead_letter")} d WHERE d.message_id = o.message_id AND d.direction = 'out'
                        AND d.endpoint = o.endpoint AND d.state = '{LetterState.Retried}'), {StoredMessage.Columns}
                FROM {outbox} o WHERE id = @id
                ON CONFLICT (direction, endpoint, message_id) WHERE state = '{LetterState.Open}'
                DO UPDATE SET reason = excluded.reason, detail = excluded.detail, parked_at = excluded.parked_at, attempts = excluded.attempts,
                    failures = excluded.failures
                """,
                ("id", id, ColumnKind.Int64),
                ("reason", reason, ColumnKind.Text),
                ("detail", detail, ColumnKind.Text),
                ("failures", AttemptList.Write(all), ColumnKind.Text)
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

    public Task<OutboxFigures> FiguresAsync(CancellationToken cancellationToken) => figures.ReadAsync(units, cancellationToken);

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
