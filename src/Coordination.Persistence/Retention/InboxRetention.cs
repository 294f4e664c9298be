using Npgsql;

namespace Coordination.Persistence;

/// <summary>
/// Removes handled messages on PostgreSQL. Days past their time are emptied whole, which costs the same for ten rows and ten million and locks out nobody but
/// messages of that very day; rows received late are kept. Ids without a time are deleted in batches.
/// </summary>
internal sealed class InboxRetention(
    IUnitOfWorkFactory units,
    RetentionOptions options,
    Func<Statement, CancellationToken, Task<long>> repeat
)
{
    /// <summary>Removes all that is past its time; returns the number of rows, of whole days an estimate.</summary>
    public async Task<long> SweepAsync(CancellationToken cancellationToken)
    {
        var removed = await repeat(Delete(InboxBucket.Other), cancellationToken);
        var today = await TodayAsync(cancellationToken);
        foreach (var (bucket, rows) in await InUseAsync(InboxDays.Past(today, options.Inbox), cancellationToken))
        {
            removed += InboxDays.Care(await OldAsync(bucket, cancellationToken), options.BatchSize) switch
            {
                DayCare.Delete => await repeat(Delete(bucket), cancellationToken),
                DayCare.Empty when await EmptyAsync(bucket, cancellationToken) => rows,
                DayCare.Empty when InboxDays.IsOverdue(bucket, today) => await repeat(Delete(bucket), cancellationToken),
                _ => 0,
            };
        }

        return removed;
    }

    private async Task<long> TodayAsync(CancellationToken cancellationToken) =>
        (
            await units.QueryAsync(
                new Statement("SELECT floor(extract(epoch FROM clock_timestamp()) / 86400)::bigint"),
                reader => reader.GetInt64(0),
                cancellationToken
            )
        )[0];

    /// <summary>Those that have rows, with about how many.</summary>
    private Task<IReadOnlyList<(int Bucket, long Rows)>> InUseAsync(IEnumerable<int> buckets, CancellationToken cancellationToken) =>
        units.QueryAsync(
            new Statement(
                $"""
                SELECT b, greatest(c.reltuples, 0)::bigint FROM unnest(@buckets) AS b
                JOIN pg_class c ON c.oid = to_regclass('{ModuleDbContext.SchemaName}.inbox_day_' || lpad(b::text, 2, '0'))
                WHERE pg_relation_size(c.oid) > 0
                """,
                ("buckets", buckets.ToArray(), ColumnKind.Int32)
            ),
            reader => (reader.GetInt32(0), reader.GetInt64(1)),
            cancellationToken
        );

    /// <summary>Rows past their time, counted up to one more than a statement may delete.</summary>
    private async Task<long> OldAsync(int bucket, CancellationToken cancellationToken) =>
        (
            await units.QueryAsync(
                new Statement($"SELECT count(*) FROM (SELECT FROM {Table} WHERE {Old(bucket)} LIMIT @limit + 1) old", Keep, Limit),
                reader => reader.GetInt64(0),
                cancellationToken
            )
        )[0];

    /// <summary>False when too many rows were received later, or someone holds the day: the next turn tries again.</summary>
    private async Task<bool> EmptyAsync(int bucket, CancellationToken cancellationToken)
    {
        try
        {
            var emptied = await units.QueryAsync(
                new Statement(
                    $"SELECT {ModuleDbContext.SchemaName}.empty_inbox_bucket(@bucket, @keep * interval '-1 millisecond', @most)",
                    ("bucket", bucket, ColumnKind.Int32),
                    Keep,
                    ("most", options.BatchSize, ColumnKind.Int32)
                ),
                reader => reader.GetBoolean(0),
                cancellationToken
            );
            return emptied[0];
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }
    }

    /// <summary>A ctid is a place in one partition, so the bucket has to be named twice.</summary>
    private Statement Delete(int bucket) =>
        new(
            $"DELETE FROM {Table} WHERE bucket = {bucket} AND ctid = ANY(ARRAY(SELECT ctid FROM {Table} WHERE {Old(bucket)} LIMIT @limit FOR UPDATE SKIP LOCKED))",
            Keep,
            Limit
        );

    // The bucket stands in the text: the plan, and its locks, are of one partition then.
    private string Old(int bucket) => $"bucket = {bucket} AND received_at < (SELECT {units.Dialect.NowPlus("@keep")})";

    private string Table => units.Dialect.Table("inbox");

    private StatementParameter Keep => ("keep", -(long)options.Inbox.TotalMilliseconds, ColumnKind.Int64);

    private StatementParameter Limit => ("limit", options.BatchSize, ColumnKind.Int64);
}
