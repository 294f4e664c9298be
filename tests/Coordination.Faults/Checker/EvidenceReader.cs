using Npgsql;

namespace Coordination.Faults.Checker;

/// <summary>Reads the evidence with SQL of its own and the broker's own tool.</summary>
internal static class EvidenceReader
{
    public static async Task<Evidence> ReadAsync(World world, CancellationToken ct)
    {
        return new Evidence
        {
            Submissions = await RowsAsync(
                world.Ledger,
                "SELECT run_id, kind, COALESCE(outcome, 'unknown'), ended_at - started_at FROM submission ORDER BY idx",
                row => new Submission(row.GetGuid(0), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetTimeSpan(3)),
                ct
            ),
            Runs = await RowsAsync(
                world.Store,
                "SELECT run_id, lower(status) FROM coordination.coord_v1_runs UNION ALL SELECT run_id, 'rejected' FROM coordination.run_rejection",
                row => new Run(row.GetGuid(0), row.GetString(1)),
                ct
            ),
            History = await RowsAsync(
                world.Store,
                """
                SELECT run_id, seq, at, type, step_id, attempt, data::jsonb ->> 'reason', (data::jsonb ->> 'delayMs')::float8
                FROM coordination.run_history ORDER BY run_id, seq
                """,
                row => new HistoryLine(
                    row.GetGuid(0),
                    row.GetInt32(1),
                    row.GetFieldValue<DateTimeOffset>(2),
                    row.GetString(3),
                    row.IsDBNull(4) ? null : row.GetString(4),
                    row.IsDBNull(5) ? null : row.GetInt32(5),
                    row.IsDBNull(6) ? null : row.GetString(6),
                    row.IsDBNull(7) ? null : TimeSpan.FromMilliseconds(row.GetDouble(7))
                ),
                ct
            ),
            Effects = await RowsAsync(
                world.Ledger,
                "SELECT effect_key, run_id, step_id, tool FROM effect",
                row => new Effect(row.GetString(0), row.GetGuid(1), row.GetString(2), row.GetString(3)),
                ct
            ),
            Calls = await RowsAsync(
                world.Ledger,
                "SELECT effect_key, run_id, step_id, tool, attempt, process FROM effect_call",
                row => new EffectCall(
                    row.GetString(0),
                    row.GetGuid(1),
                    row.GetString(2),
                    row.GetString(3),
                    row.GetInt32(4),
                    row.GetString(5)
                ),
                ct
            ),
            Stored = await RowsAsync(
                world.Store,
                "SELECT message_id, endpoint, timer, mandatory, at FROM faults.outbox_log",
                row => new StoredMessage(
                    row.GetGuid(0),
                    row.GetString(1),
                    row.GetBoolean(2),
                    row.GetBoolean(3),
                    row.GetFieldValue<DateTimeOffset>(4)
                ),
                ct
            ),
            Handled = await RowsAsync(
                world.Store,
                "SELECT consumer_id, message_id FROM coordination.inbox",
                row => new HandledMessage(row.GetGuid(0), row.GetGuid(1)),
                ct
            ),
            Parked = await RowsAsync(
                world.Store,
                "SELECT direction, endpoint, message_id, reason, detail FROM coordination.dead_letter",
                row => new ParkedMessage(row.GetString(0), row.GetString(1), row.GetGuid(2), row.GetString(3), row.GetString(4)),
                ct
            ),
            Sent = await RowsAsync(
                world.Store,
                "SELECT key, number FROM faults.order_sent",
                row => new Order(row.GetGuid(0), row.GetInt32(1)),
                ct
            ),
            Applied = await RowsAsync(
                world.Store,
                "SELECT key, number, at, process FROM faults.order_applied ORDER BY id",
                row => new Order(row.GetGuid(0), row.GetInt32(1), row.GetFieldValue<DateTimeOffset>(2), row.GetString(3)),
                ct
            ),
            Claims = await RowsAsync(
                world.Store,
                "SELECT claim_id, epoch, owner, state, expires_at, at FROM faults.claim_log ORDER BY id",
                row => new ClaimChange(
                    row.GetGuid(0),
                    row.GetInt64(1),
                    row.IsDBNull(2) ? null : row.GetString(2),
                    row.GetString(3),
                    row.GetFieldValue<DateTimeOffset>(4),
                    row.GetFieldValue<DateTimeOffset>(5)
                ),
                ct
            ),
            Queues = await QueuesAsync(world),
            Pending = (await RowsAsync(world.Store, "SELECT count(*) FROM coordination.outbox", row => row.GetInt64(0), ct))[0],
        };
    }

    public static async Task<IReadOnlyList<QueueDepth>> QueuesAsync(World world) =>
        [
            .. (await world.Broker.Ctl("-q", "list_queues", "--no-table-headers", "name", "messages"))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split('\t', StringSplitOptions.TrimEntries))
                .Where(line => line.Length == 2)
                .Select(line => new QueueDepth(line[0], long.Parse(line[1]))),
        ];

    public static async Task<List<T>> RowsAsync<T>(
        NpgsqlDataSource source,
        string sql,
        Func<NpgsqlDataReader, T> read,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<T>();
        while (await reader.ReadAsync(ct))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
