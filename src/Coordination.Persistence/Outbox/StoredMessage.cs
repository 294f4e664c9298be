using System.Data.Common;

namespace Coordination.Persistence;

/// <summary>Reads a message back from the columns that outbox and dead letters share.</summary>
internal static class StoredMessage
{
    /// <summary>The shared columns, in the order <see cref="Read"/> expects them.</summary>
    public const string Columns = "message_id, group_id, message_type, destination, content_type, body, meta, mandatory, expires_at";

    public const int ColumnCount = 9;

    public static OutgoingMessage Read(DbDataReader reader, SqlDialect dialect, int first)
    {
        var meta = MessageMeta.Read(reader.IsDBNull(first + 6) ? null : reader.GetString(first + 6));
        var message = new OutgoingMessage
        {
            MessageId = dialect.ReadGuid(reader, first),
            GroupId = reader.IsDBNull(first + 1) ? null : dialect.ReadGuid(reader, first + 1),
            MessageType = reader.GetString(first + 2),
            Destination = reader.GetString(first + 3),
            ContentType = reader.GetString(first + 4),
            Body = reader.GetFieldValue<byte[]>(first + 5),
            Mandatory = reader.GetBoolean(first + 7),
            ExpiresAt = reader.IsDBNull(first + 8) ? null : dialect.ReadTime(reader, first + 8),
            CorrelationId = meta.CorrelationId,
            ConversationId = meta.ConversationId,
            InitiatorId = meta.InitiatorId,
            RequestId = meta.RequestId,
            SourceAddress = meta.SourceAddress,
            ResponseAddress = meta.ResponseAddress,
            FaultAddress = meta.FaultAddress,
        };
        return meta.Headers is null ? message : message with { Headers = meta.Headers };
    }
}
