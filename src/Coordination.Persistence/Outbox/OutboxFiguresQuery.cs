namespace Coordination.Persistence;

/// <summary>
/// Reads the figures without counting a large table: the rows due first are looked at, up to <see cref="Exact"/>. When that was all, the figures are exact.
/// Otherwise the messages are those seen or, when no timer was among them, an estimate of all rows without a timer's token, and the timers are an estimate. The
/// estimates are the database's own, as of its last vacuum or analysis.
/// </summary>
internal sealed class OutboxFiguresQuery
{
    /// <summary>Figures up to this are counted.</summary>
    public const int Exact = 5_000;

    private readonly SqlDialect sql;
    private readonly Statement statement;

    public OutboxFiguresQuery(SqlDialect sql)
    {
        this.sql = sql;
        var outbox = sql.Table("outbox");
        var dead = sql.Table("dead_letter");
        statement = new Statement(
            $"""
            WITH clock AS MATERIALIZED (SELECT {sql.Now} AS t),
            seen AS MATERIALIZED (
                SELECT due_at, token IS NOT NULL AND due_at > (SELECT t FROM clock) AND handed_over_at IS NULL AS waits
                FROM {outbox} ORDER BY due_at, id LIMIT {Exact} + 1),
            counted AS MATERIALIZED (SELECT count(*) AS n, COALESCE(sum(CASE WHEN waits THEN 1 ELSE 0 END), 0) AS timers, min(due_at) AS first FROM seen),
            letters AS MATERIALIZED (SELECT count(*) AS n FROM (SELECT id FROM {dead} WHERE state = 'open' ORDER BY id LIMIT {Exact} + 1) AS open)
            SELECT counted.n, counted.timers, counted.first, (SELECT t FROM clock), letters.n,
                CASE WHEN counted.n > {Exact} THEN {sql.RoughCount("outbox", null, null)} END,
                CASE WHEN counted.n > {Exact} THEN {sql.RoughCount("outbox", "ix_outbox_token", "token IS NOT NULL")} END,
                CASE WHEN letters.n > {Exact} THEN {sql.RoughCount("dead_letter", "ix_dead_letter_open", "state = 'open'")} END
            FROM counted CROSS JOIN letters
            """
        );
    }

    public async Task<OutboxFigures> ReadAsync(IUnitOfWorkFactory units, CancellationToken cancellationToken)
    {
        var rows = await units.QueryAsync(
            statement,
            reader =>
            {
                var (seen, timers) = (reader.GetInt64(0), reader.GetInt64(1));
                var waits = reader.IsDBNull(2) ? TimeSpan.Zero : sql.ReadTime(reader, 3) - sql.ReadTime(reader, 2);
                return Figures(
                    new Counts(seen, timers, reader.GetInt64(4)),
                    reader.IsDBNull(5) ? null : new Counts(reader.GetInt64(5), reader.GetInt64(6), 0),
                    reader.IsDBNull(7) ? null : reader.GetInt64(7),
                    waits > TimeSpan.Zero ? waits : TimeSpan.Zero
                );
            },
            cancellationToken
        );
        return rows[0];
    }

    /// <summary>What was seen of the table, and estimates of the whole where it was not all.</summary>
    internal static OutboxFigures Figures(Counts seen, Counts? rough, long? roughDead, TimeSpan oldestDue) =>
        new(
            rough is { } all && seen.Timers == 0 ? Math.Max(seen.Rows, all.Rows - all.Timers) : seen.Rows - seen.Timers,
            rough is { } most ? Math.Max(seen.Timers, most.Timers) : seen.Timers,
            oldestDue,
            Math.Max(seen.Dead, roughDead ?? 0)
        );

    internal sealed record Counts(long Rows, long Timers, long Dead);
}
