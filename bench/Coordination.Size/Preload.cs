using Npgsql;

namespace Coordination.Size;

/// <summary>
/// Fills the tables with rows as a month of work leaves them: handled messages over thirty days and one day past its time, timers over the
/// next thirty days, and the history of finished runs. Written by SQL, in slices, so that a machine's memory does not matter.
/// </summary>
internal static class Preload
{
    /// <summary>Kept days, and one more that is past its time.</summary>
    public const int Days = 31;

    private const long Slice = 500_000;
    private const int EntriesPerRun = 20;

    /// <summary>An id of version 7 made at a time, different for each number.</summary>
    private static string Id(string time, string number) =>
        $"(lpad(to_hex((extract(epoch from {time}) * 1000)::bigint), 12, '0') || '7' || substr(md5(({number})::text), 1, 3) || '8' || substr(md5(({number})::text), 4, 15))::uuid";

    /// <summary>The bucket of ids made some days ago.</summary>
    public static string Bucket(int daysAgo) => $"1 + (floor(extract(epoch FROM clock_timestamp()) / 86400)::int - {daysAgo}) % 64";

    public static async Task AllAsync(NpgsqlDataSource database, long rows, Action<string> progress, CancellationToken ct)
    {
        var indexes = await DropIndexesAsync(database, ct);
        await Task.WhenAll(
            InboxAsync(database, rows, progress, ct),
            OutboxAsync(database, Shape.FutureTimers, rows, progress, ct),
            HistoryAsync(database, rows, progress, ct)
        );
        progress("indexes");
        foreach (var create in indexes)
            await RunAsync(database, create, ct);
        progress("vacuum");
        await RunAsync(database, "VACUUM (ANALYZE)", ct);
    }

    /// <summary>As many handled messages as told for the thirty days that are kept.</summary>
    public static async Task InboxAsync(NpgsqlDataSource database, long rows, Action<string> progress, CancellationToken ct)
    {
        var perDay = Math.Max(rows / (Days - 1), 1);
        for (var day = Days; day >= 1; day--)
        {
            progress($"inbox, {day} days ago");
            var at =
                $"(date_trunc('day', clock_timestamp() at time zone 'UTC') at time zone 'UTC' - {day} * interval '1 day' + interval '86000 seconds' * (i::float8 / {perDay}))";
            await SliceAsync(
                database,
                perDay,
                $"""
                INSERT INTO coordination.inbox (bucket, consumer_id, message_id, received_at)
                SELECT {Bucket(day)}, ('c0000000-0000-0000-0000-00000000000' || i % 8)::uuid, id, at
                FROM (SELECT i, {at} AS at, {Id(at, $"i + {day * 1_000_000_000L}")} AS id FROM generate_series(@from, @to) AS i) made
                """,
                ct
            );
        }
    }

    /// <summary>Rows of one shape, behind those that are there.</summary>
    public static async Task OutboxAsync(NpgsqlDataSource database, Shape shape, long rows, Action<string> progress, CancellationToken ct)
    {
        progress($"outbox, {shape.Name}");
        await SliceAsync(
            database,
            rows,
            $"""
            INSERT INTO coordination.outbox (message_id, due_at, created_at, handed_over_at, group_id, ordered, token, message_type, destination, endpoint,
                content_type, body, mandatory, attempts)
            SELECT {Id("clock_timestamp()", "i")}, {shape.DueAt.Replace(
                "{rows}",
                $"{rows}",
                StringComparison.Ordinal
            )}, clock_timestamp(), {shape.HandedOverAt}, {shape.GroupId}, {shape.Ordered}, {shape.Token},
                'step.execute.v1', 'exchange:agent-nowhere', 'agent-nowhere', 'application/json', decode(repeat(md5(i::text), 4), 'hex'), true, 0
            FROM generate_series(@from, @to) AS i
            """,
            ct
        );
        await RunAsync(database, "ANALYZE coordination.outbox", ct);
    }

    /// <summary>Finished runs with twenty entries each.</summary>
    public static async Task HistoryAsync(NpgsqlDataSource database, long rows, Action<string> progress, CancellationToken ct)
    {
        progress("runs and their history");
        var runs = Math.Max(rows / EntriesPerRun, 1);
        var at = $"(clock_timestamp() - interval '30 days' + interval '2590000 seconds' * (i::float8 / {runs}))";
        await SliceAsync(
            database,
            runs,
            $$"""
            WITH made AS (
                INSERT INTO coordination.run (run_id, version, status, tenant, requester, name, plan_hash, plan, steps, accepted_at, deadline_at, ended_at,
                    history_count, compensated, transaction_id, hops)
                SELECT id, 9, 'Completed', 'tenant', 'client', 'plan', md5(i::text), '{"steps":[]}', '[]', at, at, at, {{EntriesPerRun}}, '', id, 1
                FROM (SELECT i, {{at}} AS at, {{Id(at, "i")}} AS id FROM generate_series(@from, @to) AS i) r RETURNING run_id, accepted_at)
            INSERT INTO coordination.run_history (run_id, seq, at, type, step_id, attempt, message_id, data)
            SELECT run_id, seq, accepted_at, 'StepCompleted', 'step-' || seq, 1, run_id, '{"durationMs":"120"}'
            FROM made CROSS JOIN generate_series(1, {{EntriesPerRun}}) AS seq
            """,
            ct,
            Slice / EntriesPerRun
        );
    }

    /// <summary>Large tables are filled without indexes; returns the statements that make them again.</summary>
    private static async Task<IReadOnlyList<string>> DropIndexesAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        var (drop, create) = (new List<string>(), new List<string>());
        await using (
            var command = database.CreateCommand(
                """
                SELECT i.indexrelid::regclass::text, i.indrelid::regclass::text, pg_get_indexdef(i.indexrelid), c.conname, pg_get_constraintdef(c.oid)
                FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid
                WHERE i.indrelid IN ('coordination.inbox'::regclass, 'coordination.outbox'::regclass, 'coordination.run_history'::regclass)
                """
            )
        )
        {
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                var (index, table) = (reader.GetString(0), reader.GetString(1));
                var constraint = reader.IsDBNull(3) ? null : reader.GetString(3);
                drop.Add(constraint is null ? $"DROP INDEX {index}" : $"ALTER TABLE {table} DROP CONSTRAINT {constraint}");
                create.Add(
                    constraint is null ? reader.GetString(2) : $"ALTER TABLE {table} ADD CONSTRAINT {constraint} {reader.GetString(4)}"
                );
            }
        }
        foreach (var sql in drop)
            await RunAsync(database, sql, ct);
        return create;
    }

    private static async Task SliceAsync(NpgsqlDataSource database, long rows, string sql, CancellationToken ct, long slice = Slice)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        // What a crash would lose here is loaded again.
        await using (var hasty = new NpgsqlCommand("SET synchronous_commit TO off", connection))
            await hasty.ExecuteNonQueryAsync(ct);
        for (var from = 1L; from <= rows; from += slice)
        {
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
            command.Parameters.AddWithValue("from", from);
            command.Parameters.AddWithValue("to", Math.Min(from + slice - 1, rows));
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    private static async Task RunAsync(NpgsqlDataSource database, string sql, CancellationToken ct)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>How rows of the outbox lie; expressions over the number <c>i</c> of a row.</summary>
internal sealed record Shape(string Name, string DueAt, string GroupId, string Ordered, string Token, string HandedOverAt)
{
    /// <summary>Nothing is due: what a quiet evening looks like.</summary>
    public static Shape FutureTimers { get; } =
        new(
            "timers of the next 30 days",
            "clock_timestamp() + interval '1 hour' + interval '2590000 seconds' * (i::float8 / {rows})",
            "NULL",
            "false",
            "md5('t' || i)::uuid",
            "NULL"
        );

    /// <summary>The broker was away.</summary>
    public static Shape Due { get; } = new("due, without order", "clock_timestamp() - interval '1 hour'", "NULL", "false", "NULL", "NULL");

    /// <summary>The broker was away; every group has ten rows.</summary>
    public static Shape DueGroups { get; } =
        new("due, in groups of ten", "clock_timestamp() - interval '2 hours'", "md5('g' || i / 10)::uuid", "true", "NULL", "NULL");

    /// <summary>All of one group, and its head is on its way elsewhere.</summary>
    public static Shape StuckGroup { get; } =
        new(
            "due, one group with a stuck head",
            "CASE i WHEN 1 THEN clock_timestamp() + interval '1 hour' ELSE clock_timestamp() - interval '3 hours' END",
            "md5('stuck')::uuid",
            "true",
            "NULL",
            "NULL"
        );

    /// <summary>All of one group, and it may go.</summary>
    public static Shape LongGroup { get; } =
        new("due, one long group", "clock_timestamp() - interval '4 hours'", "md5('long')::uuid", "true", "NULL", "NULL");

    /// <summary>Handed over in memory, receivers at work.</summary>
    public static Shape HandedOver { get; } =
        new("handed over", "clock_timestamp() + interval '10 minutes'", "md5('g' || i / 10)::uuid", "true", "NULL", "clock_timestamp()");
}
