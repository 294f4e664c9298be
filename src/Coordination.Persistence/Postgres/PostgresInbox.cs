using Npgsql;
using NpgsqlTypes;

namespace Coordination.Persistence;

/// <summary>The commands that put messages into the inbox, one or many at once.</summary>
internal static class PostgresInbox
{
    // DO NOTHING waits for another transaction that holds the same key: of concurrent copies exactly one goes on.
    private const string InsertText =
        "INSERT INTO coordination.inbox (bucket, consumer_id, message_id, received_at) VALUES ($1, $2, $3, clock_timestamp()) ON CONFLICT DO NOTHING";

    private const string InsertReturning = InsertText + " RETURNING 1";

    private static readonly string InsertGuarded = PostgresBinding.Guarded(InsertText);

    private const string InsertManyText =
        "INSERT INTO coordination.inbox (bucket, consumer_id, message_id, received_at) "
        + "SELECT b, c, m, clock_timestamp() FROM unnest($1, $2, $3) AS u(b, c, m) ON CONFLICT DO NOTHING RETURNING consumer_id, message_id";

    private const string InsertManyGuarded =
        "WITH guarded AS (" + InsertManyText + ") SELECT 1/(CASE count(*) WHEN cardinality($1) THEN 1 ELSE 0 END) FROM guarded";

    /// <summary>Guarded it fails on a duplicate; otherwise a duplicate returns no row.</summary>
    public static NpgsqlBatchCommand Insert(InboxKey key, bool guarded)
    {
        var command = new NpgsqlBatchCommand(guarded ? InsertGuarded : InsertReturning);
        command.Parameters.Add(
            new NpgsqlParameter<int> { TypedValue = InboxBucket.Of(key.MessageId), NpgsqlDbType = NpgsqlDbType.Integer }
        );
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = key.ConsumerId, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = key.MessageId, NpgsqlDbType = NpgsqlDbType.Uuid });
        return command;
    }

    /// <summary>
    /// Any number of keys with one statement. Guarded it fails with division_by_zero when one of them is a duplicate, also of another in the list; otherwise
    /// it returns <c>consumer_id, message_id</c> of those that are new, in no particular order.
    /// </summary>
    public static NpgsqlBatchCommand InsertMany(IReadOnlyList<InboxKey> keys, bool guarded)
    {
        // Two transactions with some keys in common wait for each other; in one order for all they cannot do so in a circle.
        var sorted = keys.ToArray();
        Array.Sort(
            sorted,
            static (a, b) => a.MessageId.CompareTo(b.MessageId) is not 0 and var order ? order : a.ConsumerId.CompareTo(b.ConsumerId)
        );
        var (buckets, consumers, messages) = (new int[sorted.Length], new Guid[sorted.Length], new Guid[sorted.Length]);
        for (var i = 0; i < sorted.Length; i++)
        {
            buckets[i] = InboxBucket.Of(sorted[i].MessageId);
            consumers[i] = sorted[i].ConsumerId;
            messages[i] = sorted[i].MessageId;
        }

        var command = new NpgsqlBatchCommand(guarded ? InsertManyGuarded : InsertManyText);
        command.Parameters.Add(
            new NpgsqlParameter<int[]> { TypedValue = buckets, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer }
        );
        command.Parameters.Add(
            new NpgsqlParameter<Guid[]> { TypedValue = consumers, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid }
        );
        command.Parameters.Add(
            new NpgsqlParameter<Guid[]> { TypedValue = messages, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid }
        );
        return command;
    }
}
