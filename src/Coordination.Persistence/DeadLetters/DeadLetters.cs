using System.Data.Common;

namespace Coordination.Persistence;

internal sealed class DeadLetters(IUnitOfWorkFactory units) : IDeadLetters
{
    private const string Columns = "id, direction, endpoint, reason, detail, parked_at, attempts, " + StoredMessage.Columns;
    private readonly SqlDialect sql = units.Dialect;
    private readonly string table = units.Dialect.Table("dead_letter");
    private readonly string redelivery = units.Dialect.Table("redelivery");

    public async Task ParkAsync(ParkedMessage message, CancellationToken cancellationToken = default)
    {
        await using var work = units.Create();
        work.Execute(Insert(message));
        if (sql.IsEmbedded)
        {
            work.Execute(Settlement.Of(sql, message.Message.MessageId, message.Endpoint));
        }

        await work.CommitAsync(cancellationToken);
    }

    public Task<IReadOnlyList<DeadLetter>> ListAsync(
        string? reason,
        Guid? groupId,
        int limit,
        CancellationToken cancellationToken = default
    ) =>
        units.QueryAsync(
            new Statement(
                $"""
                SELECT {Columns} FROM {table} WHERE 1 = 1 {(reason is null ? "" : "AND reason = @reason")} {(
                    groupId is null ? "" : "AND group_id = @group_id"
                )}
                ORDER BY id DESC LIMIT @limit
                """,
                ("reason", reason, ColumnKind.Text),
                ("group_id", groupId, ColumnKind.Uuid),
                ("limit", limit, ColumnKind.Int64)
            ),
            Read,
            cancellationToken
        );

    public async Task<DeadLetter?> FindAsync(long id, CancellationToken cancellationToken = default)
    {
        var rows = await units.QueryAsync(
            new Statement($"SELECT {Columns} FROM {table} WHERE id = @id", ("id", id, ColumnKind.Int64)),
            Read,
            cancellationToken
        );
        return rows.Count == 0 ? null : rows[0];
    }

    public async Task<bool> RetryAsync(long id, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(id, cancellationToken) is not { } letter)
        {
            return false;
        }

        await using var work = units.Create();
        work.Execute(Delete(id) with { MustAffect = "The dead letter is gone." });
        // Its deliveries so far count no more, or the first redelivery would park it again.
        work.Execute(
            new Statement(
                $"DELETE FROM {redelivery} WHERE message_id = @message_id",
                ("message_id", letter.Message.MessageId, ColumnKind.Uuid)
            )
        );
        // A person wants it now: neither its old deadline nor its old place in the group holds any more.
        work.Send(letter.Message with { ExpiresAt = null, Ordered = false });
        try
        {
            await work.CommitAsync(cancellationToken);
            return true;
        }
        catch (GuardFailedException)
        {
            return false;
        }
    }

    public async Task<bool> DiscardAsync(long id, CancellationToken cancellationToken = default) =>
        await units.ExecuteAsync(Delete(id), cancellationToken) > 0;

    public async Task<int> CountRedeliveryAsync(InboxKey key, CancellationToken cancellationToken = default)
    {
        await using var work = units.Create();
        var counts = await work.QueryAsync(
            new Statement(
                $"""
                INSERT INTO {redelivery} AS r (consumer_id, message_id, count, at) VALUES (@consumer_id, @message_id, 1, {sql.Now})
                ON CONFLICT (consumer_id, message_id) DO UPDATE SET count = r.count + 1, at = excluded.at RETURNING count
                """,
                ("consumer_id", key.ConsumerId, ColumnKind.Uuid),
                ("message_id", key.MessageId, ColumnKind.Uuid)
            ),
            reader => reader.GetInt32(0),
            cancellationToken
        );
        await work.CommitAsync(cancellationToken);
        return counts[0];
    }

    private Statement Delete(long id) => new($"DELETE FROM {table} WHERE id = @id", ("id", id, ColumnKind.Int64));

    private Statement Insert(ParkedMessage parked)
    {
        var message = parked.Message;
        return new Statement(
            $"""
            INSERT INTO {table} (direction, endpoint, reason, detail, parked_at, attempts, {StoredMessage.Columns})
            VALUES ('in', @endpoint, @reason, @detail, {sql.Now}, @attempts,
                @message_id, @group_id, @message_type, @destination, @content_type, @body, @meta, @mandatory, @expires_at)
            ON CONFLICT (direction, endpoint, message_id) DO NOTHING
            """,
            ("endpoint", parked.Endpoint, ColumnKind.Text),
            ("reason", parked.Reason, ColumnKind.Text),
            ("detail", parked.Detail, ColumnKind.Text),
            ("attempts", parked.Attempts, ColumnKind.Int32),
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
            Message = StoredMessage.Read(reader, sql, 7),
        };
}
