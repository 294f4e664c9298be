namespace Coordination.Sagas.Migrations;

/// <summary>
/// Lets the history be followed in the order of commits: each entry knows the transaction that wrote it, and all entries below the oldest transaction still open
/// are there for good. Entries from before have 0. The index is one of ranges: entries are written in about that order, so it costs the writers next to nothing.
/// </summary>
internal static class HistoryFeedV1
{
    // Not xid8 itself: it has no index of ranges.
    public const string Postgres = """
        ALTER TABLE coordination.run_history ADD COLUMN tx bigint NOT NULL DEFAULT 0;
        ALTER TABLE coordination.run_history ALTER COLUMN tx SET DEFAULT (pg_current_xact_id()::text::bigint);
        CREATE INDEX ix_run_history_tx ON coordination.run_history USING brin (tx) WITH (pages_per_range = 32, autosummarize = on);
        CREATE INDEX ix_run_history_at ON coordination.run_history USING brin (at) WITH (pages_per_range = 32, autosummarize = on);
        """;

    public const string PostgresDown = """
        DROP INDEX coordination.ix_run_history_at;
        DROP INDEX coordination.ix_run_history_tx;
        ALTER TABLE coordination.run_history DROP COLUMN tx;
        """;
}
