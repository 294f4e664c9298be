using Npgsql;
using NpgsqlTypes;

namespace Coordination.Bench.Raw;

/// <summary>
/// One message of a saga in two round trips: [begin, inbox row, state read under its row lock], the decision here, [state,
/// outbox row, commit]. A start (step 0) makes the saga; the answer to step n asks for step n + 1; after the last one the saga
/// is done.
/// </summary>
internal sealed class OneSaga : IHandler
{
    private readonly NpgsqlParameter<Guid> messageId = new() { NpgsqlDbType = NpgsqlDbType.Uuid };
    private readonly NpgsqlParameter<Guid> sagaRead = new() { NpgsqlDbType = NpgsqlDbType.Uuid };
    private readonly NpgsqlParameter<Guid> sagaWritten = new() { NpgsqlDbType = NpgsqlDbType.Uuid };
    private readonly NpgsqlParameter<int> step = new() { NpgsqlDbType = NpgsqlDbType.Integer };
    private readonly NpgsqlParameter<string> text = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<Guid> sendId = new() { NpgsqlDbType = NpgsqlDbType.Uuid };
    private readonly NpgsqlParameter<string> sendQueue = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<byte[]> sendBody = new() { NpgsqlDbType = NpgsqlDbType.Bytea };
    private NpgsqlBatch? load,
        save,
        rollback;

    public async Task PrepareAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        load = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("begin"),
                new NpgsqlBatchCommand("insert into inbox values (2, $1) on conflict do nothing returning 1")
                {
                    Parameters = { messageId },
                },
                new NpgsqlBatchCommand("select step from saga where id = $1 for update") { Parameters = { sagaRead } },
            },
        };
        save = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(
                    "insert into saga values ($1, $2, $3, 1) on conflict (id) do update set step = excluded.step, version = saga.version + 1"
                )
                {
                    Parameters = { sagaWritten, step, text },
                },
                new NpgsqlBatchCommand("insert into outbox (id, queue, body) values ($1, $2, $3)")
                {
                    Parameters = { sendId, sendQueue, sendBody },
                },
                new NpgsqlBatchCommand("commit"),
            },
        };
        rollback = new NpgsqlBatch(connection) { BatchCommands = { new NpgsqlBatchCommand("rollback") } };
        await load.PrepareAsync(ct);
        await save.PrepareAsync(ct);
    }

    public async Task<IReadOnlyList<Outgoing>> HandleAsync(IReadOnlyList<Incoming> messages, CancellationToken ct)
    {
        var message = messages[0];
        messageId.TypedValue = message.MessageId;
        sagaRead.TypedValue = message.Key;
        bool fresh;
        int? stored = null;
        await using (var reader = await load!.ExecuteReaderAsync(ct))
        {
            fresh = await reader.ReadAsync(ct);
            await reader.NextResultAsync(ct);
            if (await reader.ReadAsync(ct))
                stored = reader.GetInt32(0);
        }
        if (!fresh || SagaRule.Next(stored, message.Step) is not { } next)
        {
            await rollback!.ExecuteNonQueryAsync(ct);
            return [];
        }
        var send = SagaRule.Send(message.Key, next, message.Text);
        sagaWritten.TypedValue = message.Key;
        step.TypedValue = next;
        text.TypedValue = message.Text;
        sendId.TypedValue = send.Id;
        sendQueue.TypedValue = send.Queue;
        sendBody.TypedValue = send.Body;
        await save!.ExecuteNonQueryAsync(ct);
        return [send];
    }

    public void Dispose()
    {
        load?.Dispose();
        save?.Dispose();
        rollback?.Dispose();
    }
}
