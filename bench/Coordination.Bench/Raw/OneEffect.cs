using Npgsql;
using NpgsqlTypes;

namespace Coordination.Bench.Raw;

/// <summary>One message, one statement, one round trip, one commit: inbox row, business row and outbox row.</summary>
internal sealed class OneEffect(string replyQueue) : IHandler
{
    private readonly NpgsqlParameter<Guid> messageId = new() { NpgsqlDbType = NpgsqlDbType.Uuid };
    private readonly NpgsqlParameter<Guid> key = new() { NpgsqlDbType = NpgsqlDbType.Uuid };
    private readonly NpgsqlParameter<int> step = new() { NpgsqlDbType = NpgsqlDbType.Integer };
    private readonly NpgsqlParameter<string> text = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<Guid> replyId = new() { NpgsqlDbType = NpgsqlDbType.Uuid };
    private readonly NpgsqlParameter<byte[]> replyBody = new() { NpgsqlDbType = NpgsqlDbType.Bytea };
    private NpgsqlCommand? command;

    public Task PrepareAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        command = new NpgsqlCommand(
            $"""
            with fresh as (insert into inbox values (1, $1) on conflict do nothing returning message_id),
            business as (insert into effect select $2, $3, $4 from fresh)
            insert into outbox (id, queue, body) select $5, '{replyQueue}', $6 from fresh
            """,
            connection
        );
        command.Parameters.AddRange(new NpgsqlParameter[] { messageId, key, step, text, replyId, replyBody });
        return command.PrepareAsync(ct);
    }

    public async Task<IReadOnlyList<Outgoing>> HandleAsync(IReadOnlyList<Incoming> messages, CancellationToken ct)
    {
        var message = messages[0];
        var reply = Outgoing.Make(replyQueue, message.Key, message.Step, message.Text);
        messageId.TypedValue = message.MessageId;
        key.TypedValue = message.Key;
        step.TypedValue = message.Step;
        text.TypedValue = message.Text;
        replyId.TypedValue = reply.Id;
        replyBody.TypedValue = reply.Body;
        return await command!.ExecuteNonQueryAsync(ct) == 1 ? [reply] : [];
    }

    public void Dispose() => command?.Dispose();
}
