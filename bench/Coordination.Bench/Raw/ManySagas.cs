using Npgsql;
using NpgsqlTypes;

namespace Coordination.Bench.Raw;

/// <summary>
/// All messages of sagas that have arrived, in two round trips: one query locks and reads their states, one statement each
/// writes the states and the outbox rows.
/// </summary>
internal sealed class ManySagas : IHandler
{
    private readonly NpgsqlParameter<Guid[]> messageIds = Arrays.Of<Guid>(NpgsqlDbType.Uuid);
    private readonly NpgsqlParameter<Guid[]> sagasRead = Arrays.Of<Guid>(NpgsqlDbType.Uuid);
    private readonly NpgsqlParameter<Guid[]> sagasWritten = Arrays.Of<Guid>(NpgsqlDbType.Uuid);
    private readonly NpgsqlParameter<int[]> steps = Arrays.Of<int>(NpgsqlDbType.Integer);
    private readonly NpgsqlParameter<string[]> texts = Arrays.Of<string>(NpgsqlDbType.Text);
    private readonly NpgsqlParameter<Guid[]> sendIds = Arrays.Of<Guid>(NpgsqlDbType.Uuid);
    private readonly NpgsqlParameter<string[]> sendQueues = Arrays.Of<string>(NpgsqlDbType.Text);
    private readonly NpgsqlParameter<byte[][]> sendBodies = Arrays.Of<byte[]>(NpgsqlDbType.Bytea);
    private NpgsqlBatch? load,
        save;

    public async Task PrepareAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        load = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("begin"),
                new NpgsqlBatchCommand("insert into inbox select 2, id from unnest($1) id on conflict do nothing returning message_id")
                {
                    Parameters = { messageIds },
                },
                // In the order of the ids, so that two lanes that meet cannot wait for each other in a circle.
                new NpgsqlBatchCommand("select id, step from saga where id = any($1) order by id for update")
                {
                    Parameters = { sagasRead },
                },
            },
        };
        save = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(
                    "insert into saga select id, step, text, 1 from unnest($1, $2, $3) s (id, step, text) "
                        + "on conflict (id) do update set step = excluded.step, version = saga.version + 1"
                )
                {
                    Parameters = { sagasWritten, steps, texts },
                },
                new NpgsqlBatchCommand("insert into outbox (id, queue, body) select * from unnest($1, $2, $3)")
                {
                    Parameters = { sendIds, sendQueues, sendBodies },
                },
                new NpgsqlBatchCommand("commit"),
            },
        };
        await load.PrepareAsync(ct);
        await save.PrepareAsync(ct);
    }

    public async Task<IReadOnlyList<Outgoing>> HandleAsync(IReadOnlyList<Incoming> messages, CancellationToken ct)
    {
        messageIds.TypedValue = [.. messages.Select(message => message.MessageId).Distinct()];
        sagasRead.TypedValue = [.. messages.Select(message => message.Key).Distinct()];
        var fresh = new HashSet<Guid>(messages.Count);
        var states = new Dictionary<Guid, int>(messages.Count);
        await using (var reader = await load!.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
                fresh.Add(reader.GetGuid(0));
            await reader.NextResultAsync(ct);
            while (await reader.ReadAsync(ct))
                states[reader.GetGuid(0)] = reader.GetInt32(1);
        }
        var written = new Dictionary<Guid, Incoming>(messages.Count);
        var sends = new List<Outgoing>(messages.Count);
        foreach (var message in messages)
        {
            int? stored = states.TryGetValue(message.Key, out var step) ? step : null;
            if (!fresh.Remove(message.MessageId) || SagaRule.Next(stored, message.Step) is not { } next)
                continue;
            states[message.Key] = next;
            written[message.Key] = message;
            sends.Add(SagaRule.Send(message.Key, next, message.Text));
        }
        sagasWritten.TypedValue = [.. written.Keys];
        steps.TypedValue = [.. written.Keys.Select(id => states[id])];
        texts.TypedValue = [.. written.Values.Select(message => message.Text)];
        sendIds.TypedValue = [.. sends.Select(send => send.Id)];
        sendQueues.TypedValue = [.. sends.Select(send => send.Queue)];
        sendBodies.TypedValue = [.. sends.Select(send => send.Body)];
        await save!.ExecuteNonQueryAsync(ct);
        return sends;
    }

    public void Dispose()
    {
        load?.Dispose();
        save?.Dispose();
    }
}
