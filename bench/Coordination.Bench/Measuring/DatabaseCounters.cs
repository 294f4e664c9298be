using Npgsql;

namespace Coordination.Bench.Measuring;

/// <summary>What PostgreSQL has done so far, server-wide; each contender has the server to itself while it is measured.</summary>
/// <param name="Transactions">Transaction ids given out: every commit that wrote something. Exact at any moment, unlike pg_stat_database.</param>
/// <param name="WalBytes">Position in the write-ahead log.</param>
/// <param name="Fsyncs">Flushes of the write-ahead log; the server's processes report them up to a second late.</param>
internal sealed record DatabaseCounters(long Transactions, long WalBytes, long Fsyncs)
{
    public static async Task<DatabaseCounters> ReadAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        var fsyncs =
            connection.PostgreSqlVersion.Major >= 18
                ? "(select coalesce(sum(fsyncs), 0)::int8 from pg_stat_io where object = 'wal')"
                : "(select wal_sync from pg_stat_wal)";
        var sql = $"select pg_snapshot_xmax(pg_current_snapshot())::text::int8, (pg_current_wal_insert_lsn() - '0/0')::int8, {fsyncs}";
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new DatabaseCounters(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }
}
