using Npgsql;
using NpgsqlTypes;

namespace Coordination.Persistence;

/// <summary>The commands of the inbox and of settled rows.</summary>
internal static class PostgresInbox
{
    // DO NOTHING waits for another transaction that holds the same key: of concurrent copies exactly one goes on.
    private const string InsertText =
        "INSERT INTO coordination.inbox (consumer_id, message_id, received_at) VALUES ($1, $2, clock_timestamp()) ON CONFLICT DO NOTHING";

    private const string InsertReturning = InsertText + " RETURNING 1";

    private static readonly string InsertGuarded = PostgresBinding.Guarded(InsertText);

    /// <summary>Guarded it fails on a duplicate; otherwise a duplicate returns no row.</summary>
    public static NpgsqlBatchCommand Insert(InboxKey key, bool guarded)
    {
        var command = new NpgsqlBatchCommand(guarded ? InsertGuarded : InsertReturning);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = key.ConsumerId, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = key.MessageId, NpgsqlDbType = NpgsqlDbType.Uuid });
        return command;
    }
}
