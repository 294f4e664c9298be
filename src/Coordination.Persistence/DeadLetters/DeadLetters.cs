using System.Data.Common;
using Coordination.Contracts;

namespace Coordination.Persistence;

internal sealed partial class DeadLetters(IUnitOfWorkFactory units) : IDeadLetters
{
    private const string Own =
        "direction, endpoint, reason, detail, parked_at, attempts, state, failures, replaces, replaced_by, settled_at, settled_by, settled_because";
    private readonly SqlDialect sql = units.Dialect;
    private readonly string table = units.Dialect.Table("dead_letter");
    private readonly string redelivery = units.Dialect.Table("redelivery");

    public async Task ParkAsync(ParkedMessage message, CancellationToken cancellationToken = default)
    {
        await using var work = units.Create(alone: true);
        var past = await PastAsync(work, message, cancellationToken);
        var failures = past.Failures.Then([.. message.Failures.Select(fresh => Dated(fresh, past.Now))]);
        work.Execute(Insert(message, failures, past.Letter));
        if (past.Letter is { } earlier)
        {
            work.Execute(Succeed(earlier, message));
        }

        if (sql.IsEmbedded)
        {
            work.Execute(Settlement.Of(sql, message.Message.MessageId, message.Endpoint));
        }

        await work.CommitAsync(cancellationToken);
    }

    public Task<IReadOnlyList<DeadLetter>> ListAsync(LetterFilter filter, int limit, CancellationToken cancellationToken = default) =>
        units.QueryAsync(
            Filtered($"id, {Own}, {StoredMessage.Columns}", filter, "ORDER BY id DESC LIMIT @limit", limit),
            Read,
            cancellationToken
        );

    public Task<IReadOnlyList<long>> IdsAsync(LetterFilter filter, int limit, CancellationToken cancellationToken = default) =>
        units.QueryAsync(Filtered("id", filter, "ORDER BY id LIMIT @limit", limit), reader => reader.GetInt64(0), cancellationToken);

    public async Task<DeadLetter?> FindAsync(long id, CancellationToken cancellationToken = default)
    {
        var rows = await units.QueryAsync(
            new Statement($"SELECT id, {Own}, {StoredMessage.Columns} FROM {table} WHERE id = @id", ("id", id, ColumnKind.Int64)),
            Read,
            cancellationToken
        );
        return rows.Count == 0 ? null : rows[0];
    }

    public async Task<int> CountRedeliveryAsync(InboxKey key, CancellationToken cancellationToken = default)
    {
        StatementParameter[] keys = [("consumer_id", key.ConsumerId, ColumnKind.Uuid), ("message_id", key.MessageId, ColumnKind.Uuid)];
        await using var work = units.Create(alone: true);
        // The upsert holds the row, so that the list can be read and written back.
        var (count, failures, now) = (
            await work.QueryAsync(
                new Statement(
                    $"""
                    INSERT INTO {redelivery} AS r (consumer_id, message_id, count, at) VALUES (@consumer_id, @message_id, 1, {sql.Now})
                    ON CONFLICT (consumer_id, message_id) DO UPDATE SET count = r.count + 1, at = excluded.at RETURNING count, failures, at
                    """,
                    keys
                ),
                reader => (reader.GetInt32(0), AttemptList.Read(Text(reader, 1)), sql.ReadTime(reader, 2)),
                cancellationToken
            )
        )[0];
        var unfinished = new FailedAttempt
        {
            Number = 1,
            At = now,
            Code = ReasonCode.InDoubt,
            Text = "Delivered again: the delivery before did not come to an end.",
        };
        work.Execute(
            new Statement(
                $"UPDATE {redelivery} SET failures = @failures WHERE consumer_id = @consumer_id AND message_id = @message_id",
                [.. keys, ("failures", AttemptList.Write(failures.Then([unfinished])), ColumnKind.Text)]
            )
        );
        await work.CommitAsync(cancellationToken);
        return count;
    }

    /// <summary>What earlier deliveries left, and the letter that was retried when this message was parked before.</summary>
    private async Task<(DateTimeOffset Now, IReadOnlyList<FailedAttempt> Failures, long? Letter)> PastAsync(
        IUnitOfWork work,
        ParkedMessage message,
        CancellationToken cancellationToken
    )
    {
        var rows = await work.QueryAsync(
            new Statement(
                $"""
                SELECT {sql.Now}, letter.id, letter.failures,
                    (SELECT r.failures FROM {redelivery} r WHERE r.consumer_id = @consumer_id AND r.message_id = @message_id)
                FROM (SELECT 1 AS one) always LEFT JOIN (
                    SELECT id, failures FROM {table} WHERE message_id = @message_id AND direction = 'in' AND endpoint = @endpoint
                        AND state = '{LetterState.Retried}' ORDER BY id DESC LIMIT 1) letter ON 1 = 1
                """,
                ("consumer_id", Guard.RedeliveryKey(message.Endpoint, message.Message.MessageId).ConsumerId, ColumnKind.Uuid),
                ("message_id", message.Message.MessageId, ColumnKind.Uuid),
                ("endpoint", message.Endpoint, ColumnKind.Text)
            ),
            reader =>
                (
                    sql.ReadTime(reader, 0),
                    AttemptList.Read(Text(reader, 2)).Then(AttemptList.Read(Text(reader, 3))),
                    reader.IsDBNull(1) ? (long?)null : reader.GetInt64(1)
                ),
            cancellationToken
        );
        return rows[0];
    }

    private static FailedAttempt Dated(FreshFailure fresh, DateTimeOffset now) =>
        new()
        {
            Number = fresh.Number,
            At = now - fresh.Ago,
            Code = fresh.Code,
            Error = fresh.Error,
            Text = fresh.Text,
        };

    private Statement Insert(ParkedMessage parked, IReadOnlyList<FailedAttempt> failures, long? earlier)
    {
        var message = parked.Message;
        return new Statement(
            $"""
            INSERT INTO {table} (direction, endpoint, reason, detail, parked_at, attempts, state, failures, replaces, {StoredMessage.Columns})
            VALUES ('in', @endpoint, @reason, @detail, {sql.Now}, @attempts, '{LetterState.Open}', @failures, @replaces,
                @message_id, @group_id, @message_type, @destination, @content_type, @body, @meta, @mandatory, @expires_at)
            ON CONFLICT (direction, endpoint, message_id) WHERE state = '{LetterState.Open}' DO NOTHING
            """,
            ("endpoint", parked.Endpoint, ColumnKind.Text),
            ("reason", parked.Reason, ColumnKind.Text),
            ("detail", parked.Detail, ColumnKind.Text),
            ("attempts", Math.Max(parked.Attempts, AttemptList.Count(failures)), ColumnKind.Int32),
            ("failures", AttemptList.Write(failures), ColumnKind.Text),
            ("replaces", earlier, ColumnKind.Int64),
            ("message_id", message.MessageId, ColumnKind.Uuid),
            ("group_id", message.GroupId, ColumnKind.Uuid),
            ("message_type", message.MessageType, ColumnKind.Text),
            ("destination", message.Destination, ColumnKind.Text),
            ("content_type", message.ContentType, ColumnKind.Text),
            ("body", message.Body, ColumnKind.Bytes),
            ("meta", MessageMeta.Write(message), ColumnKind.Text),
            ("mandatory", message.Mandatory, ColumnKind.Bool),
            ("expires_at", message.ExpiresAt, ColumnKind.Time)
        );
    }

    /// <summary>Tells the letter that was retried which one came of it.</summary>
    private Statement Succeed(long earlier, ParkedMessage parked) =>
        new(
            $"""
            UPDATE {table} SET replaced_by = (SELECT id FROM {table} WHERE direction = 'in' AND endpoint = @endpoint AND message_id = @message_id
                AND state = '{LetterState.Open}') WHERE id = @id
            """,
            ("id", earlier, ColumnKind.Int64),
            ("endpoint", parked.Endpoint, ColumnKind.Text),
            ("message_id", parked.Message.MessageId, ColumnKind.Uuid)
        );

    private Statement Filtered(string columns, LetterFilter filter, string order, int limit)
    {
        string[] conditions =
        [
            filter.Settled ? "1 = 1" : $"state = '{LetterState.Open}'",
            .. filter.Reason is null ? (string[])[] : ["reason = @reason"],
            .. filter.GroupId is null ? (string[])[] : ["group_id = @group_id"],
            .. filter.MessageType is null ? (string[])[] : ["message_type = @message_type"],
        ];
        return new Statement(
            $"SELECT {columns} FROM {table} WHERE {string.Join(" AND ", conditions)} {order}",
            ("reason", filter.Reason, ColumnKind.Text),
            ("group_id", filter.GroupId, ColumnKind.Uuid),
            ("message_type", filter.MessageType, ColumnKind.Text),
            ("limit", limit, ColumnKind.Int64)
        );
    }

    private DeadLetter Read(DbDataReader reader) =>
        new()
        {
            Id = reader.GetInt64(0),
            Direction = reader.GetString(1),
            Endpoint = reader.GetString(2),
            Reason = reader.GetString(3),
            Detail = reader.GetString(4),
            ParkedAt = sql.ReadTime(reader, 5),
            Attempts = reader.GetInt32(6),
            State = reader.GetString(7),
            Failures = AttemptList.Read(Text(reader, 8)),
            Replaces = reader.IsDBNull(9) ? null : reader.GetInt64(9),
            ReplacedBy = reader.IsDBNull(10) ? null : reader.GetInt64(10),
            SettledAt = reader.IsDBNull(11) ? null : sql.ReadTime(reader, 11),
            SettledBy = Text(reader, 12),
            SettledBecause = Text(reader, 13),
            Message = StoredMessage.Read(reader, sql, 14),
        };

    private static string? Text(DbDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
}
