using Npgsql;
using NpgsqlTypes;

namespace Coordination.Bench.Raw;

/// <summary>All that has arrived in one statement, one round trip, one commit.</summary>
internal sealed class ManyEffects(string replyQueue) : IHandler
{
    private readonly NpgsqlParameter<Guid[]> messageIds = Arrays.Of<Guid>(NpgsqlDbType.Uuid);
    private readonly NpgsqlParameter<Guid[]> keys = Arrays.Of<Guid>(NpgsqlDbType.Uuid);
    private readonly NpgsqlParameter<int[]> steps = Arrays.Of<int>(NpgsqlDbType.Integer);
    private readonly NpgsqlParameter<string[]> texts = Arrays.Of<string>(NpgsqlDbType.Text);
    private readonly NpgsqlParameter<Guid[]> replyIds = Arrays.Of<Guid>(NpgsqlDbType.Uuid);
    private readonly NpgsqlParameter<byte[][]> replyBodies = Arrays.Of<byte[]>(NpgsqlDbType.Bytea);
    private NpgsqlCommand? command;

    public Task PrepareAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        command = new NpgsqlCommand(
            $"""
            with fresh as (insert into inbox select 1, id from unnest($1) id on conflict do nothing returning message_id),
            work as (select w.* from unnest($1, $2, $3, $4, $5, $6) w (message_id, key, step, text, reply_id, reply_body) join fresh using (message_id)),
            business as (insert into effect select key, step, text from work)
            insert into outbox (id, queue, body) select reply_id, '{replyQueue}', reply_body from work returning id
            """,
            connection
        );
        command.Parameters.AddRange(new NpgsqlParameter[] { messageIds, keys, steps, texts, replyIds, replyBodies });
        return command.PrepareAsync(ct);
    }

    public async Task<IReadOnlyList<Outgoing>> HandleAsync(IReadOnlyList<Incoming> messages, CancellationToken ct)
    {
        // Two copies in one batch would join twice.
        var distinct = messages.DistinctBy(message => message.MessageId).ToArray();
        var replies = Array.ConvertAll(distinct, message => Outgoing.Make(replyQueue, message.Key, message.Step, message.Text));
        messageIds.TypedValue = Array.ConvertAll(distinct, message => message.MessageId);
        keys.TypedValue = Array.ConvertAll(distinct, message => message.Key);
        steps.TypedValue = Array.ConvertAll(distinct, message => message.Step);
        texts.TypedValue = Array.ConvertAll(distinct, message => message.Text);
        replyIds.TypedValue = Array.ConvertAll(replies, reply => reply.Id);
        replyBodies.TypedValue = Array.ConvertAll(replies, reply => reply.Body);
        var stored = new HashSet<Guid>(replies.Length);
        await using var reader = await command!.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            stored.Add(reader.GetGuid(0));
        return stored.Count == replies.Length ? replies : replies.Where(reply => stored.Contains(reply.Id)).ToArray();
    }

    public void Dispose() => command?.Dispose();
}
