namespace Coordination.Persistence;

/// <summary>Embedded mode: the receiver's commit removes the row that was handed over to it.</summary>
internal static class Settlement
{
    /// <summary>The statement, or null when there is nothing to settle.</summary>
    public static Statement? Of(SqlDialect dialect, InboxKey? key) =>
        dialect.IsEmbedded && key is { Endpoint: { } endpoint } ? Of(dialect, key.Value.MessageId, endpoint) : null;

    public static Statement Of(SqlDialect dialect, Guid messageId, string endpoint) =>
        new(
            $"DELETE FROM {dialect.Table("outbox")} WHERE message_id = @message_id AND endpoint = @endpoint",
            ("message_id", messageId, ColumnKind.Uuid),
            ("endpoint", endpoint, ColumnKind.Text)
        );
}
