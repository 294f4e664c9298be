using Npgsql;
using NpgsqlTypes;

namespace Coordination.Persistence;

/// <summary>Stores any number of messages with one prepared statement: a column is an array.</summary>
internal static class PostgresOutboxInsert
{
    /// <summary>The name of the id column in the result, by which the reader tells it from results of other statements in the batch.</summary>
    public const string IdColumn = "coordination_outbox_id";

    private const string Insert =
        "INSERT INTO coordination.outbox (message_id, due_at, created_at, group_id, ordered, token, message_type, destination, endpoint, "
        + "content_type, body, meta, mandatory, expires_at, attempts) "
        + "SELECT m, clock_timestamp() + d * interval '1 millisecond', clock_timestamp(), g, o, t, mt, de, e, ct, b, me, ma, x, 0 "
        + "FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) WITH ORDINALITY AS u(m, d, g, o, t, mt, de, e, ct, b, me, ma, x, n) "
        + "ORDER BY n";

    // A new id for the replaced row: the relay may be delivering the old one and will delete it by its id.
    private const string Upsert =
        Insert
        + " ON CONFLICT (token) WHERE token IS NOT NULL DO UPDATE SET id = excluded.id, message_id = excluded.message_id, due_at = excluded.due_at, "
        + "created_at = excluded.created_at, handed_over_at = NULL, group_id = excluded.group_id, message_type = excluded.message_type, "
        + "destination = excluded.destination, endpoint = excluded.endpoint, content_type = excluded.content_type, body = excluded.body, "
        + "meta = excluded.meta, mandatory = excluded.mandatory, expires_at = excluded.expires_at, attempts = 0, last_error = NULL";

    /// <summary>Messages that leave at once: due for the sweep after the grace time only. Returns the ids.</summary>
    public static NpgsqlBatchCommand Messages(IReadOnlyList<OutgoingMessage> messages, TimeSpan grace) =>
        Bind(new NpgsqlBatchCommand(Insert + " RETURNING id AS " + IdColumn), messages, grace);

    /// <summary>Timers; one with a token that exists replaces it.</summary>
    public static NpgsqlBatchCommand Timers(IReadOnlyList<OutgoingMessage> timers) =>
        Bind(new NpgsqlBatchCommand(Upsert), timers, TimeSpan.Zero);

    private static NpgsqlBatchCommand Bind(NpgsqlBatchCommand command, IReadOnlyList<OutgoingMessage> messages, TimeSpan grace)
    {
        void Add<T>(NpgsqlDbType type, Func<OutgoingMessage, T> value)
        {
            var values = new T[messages.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = value(messages[i]);
            }

            command.Parameters.Add(new NpgsqlParameter { Value = values, NpgsqlDbType = type | NpgsqlDbType.Array });
        }

        Add(NpgsqlDbType.Uuid, m => m.MessageId);
        Add(NpgsqlDbType.Bigint, m => (long)(m.Delay ?? grace).TotalMilliseconds);
        Add(NpgsqlDbType.Uuid, m => m.GroupId);
        Add(NpgsqlDbType.Boolean, m => m.Ordered);
        Add(NpgsqlDbType.Uuid, m => m.Token);
        Add(NpgsqlDbType.Text, m => m.MessageType);
        Add(NpgsqlDbType.Text, m => m.Destination);
        Add(NpgsqlDbType.Text, m => Wire.EndpointOf(m.Destination));
        Add(NpgsqlDbType.Text, m => m.ContentType);
        Add(NpgsqlDbType.Bytea, m => m.Body);
        Add(NpgsqlDbType.Text, MessageMeta.Write);
        Add(NpgsqlDbType.Boolean, m => m.Mandatory);
        Add(NpgsqlDbType.TimestampTz, m => m.ExpiresAt?.ToUniversalTime());
        return command;
    }
}
