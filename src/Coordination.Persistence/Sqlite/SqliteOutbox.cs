namespace Coordination.Persistence;

/// <summary>The statements that store messages and timers.</summary>
internal static class SqliteOutbox
{
    private static readonly SqliteDialect Dialect = new();

    private static readonly string InsertText =
        "INSERT INTO outbox (message_id, due_at, created_at, group_id, ordered, token, message_type, destination, endpoint, content_type, body, meta, "
        + "mandatory, expires_at, attempts) VALUES (@message_id, "
        + Dialect.NowPlus("@delay")
        + ", "
        + Dialect.Now
        + ", @group_id, @ordered, @token, @message_type, @destination, @endpoint, @content_type, @body, @meta, @mandatory, @expires_at, 0) RETURNING id";

    private static readonly string MoveText =
        $"UPDATE outbox SET due_at = {Dialect.NowPlus("@delay")} WHERE token = @token AND handed_over_at IS NULL";

    private static readonly string OlderText =
        $"SELECT id FROM outbox WHERE group_id = @group_id AND ordered AND (handed_over_at IS NULL OR due_at <= {Dialect.Now}) ORDER BY id DESC LIMIT 200";

    public static Statement Insert(OutgoingMessage message, TimeSpan grace) =>
        new(
            InsertText,
            ("message_id", message.MessageId, ColumnKind.Uuid),
            ("delay", (long)(message.Delay ?? grace).TotalMilliseconds, ColumnKind.Int64),
            ("group_id", message.GroupId, ColumnKind.Uuid),
            ("ordered", message.Ordered, ColumnKind.Bool),
            ("token", message.Token, ColumnKind.Uuid),
            ("message_type", message.MessageType, ColumnKind.Text),
            ("destination", message.Destination, ColumnKind.Text),
            ("endpoint", Wire.EndpointOf(message.Destination), ColumnKind.Text),
            ("content_type", message.ContentType, ColumnKind.Text),
            ("body", message.Body, ColumnKind.Bytes),
            ("meta", MessageMeta.Write(message), ColumnKind.Text),
            ("mandatory", message.Mandatory, ColumnKind.Bool),
            ("expires_at", message.ExpiresAt, ColumnKind.Time)
        );

    public static Statement DeleteTimer(Guid token) => new("DELETE FROM outbox WHERE token = @token", ("token", token, ColumnKind.Uuid));

    public static Statement MoveTimer(Guid token, TimeSpan delay) =>
        new(MoveText, ("token", token, ColumnKind.Uuid), ("delay", (long)delay.TotalMilliseconds, ColumnKind.Int64));

    /// <summary>The newest of the older pending rows of a group: whoever waits for these has waited for all.</summary>
    public static Statement Older(Guid groupId) => new(OlderText, ("group_id", groupId, ColumnKind.Uuid));

    public static Statement InsertInbox(InboxKey key) =>
        new(
            $"INSERT INTO inbox (consumer_id, message_id, received_at) VALUES (@consumer_id, @message_id, {Dialect.Now}) ON CONFLICT DO NOTHING",
            ("consumer_id", key.ConsumerId, ColumnKind.Uuid),
            ("message_id", key.MessageId, ColumnKind.Uuid)
        );
}
