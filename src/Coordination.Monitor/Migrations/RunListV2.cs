namespace Coordination.Monitor.Migrations;

/// <summary>Indexes of the list of runs for ids known by their last digits, and (SQLite) for orders by change and cost. Never edited.</summary>
internal static class RunListV2
{
    public const string Postgres = """
        CREATE INDEX ix_monitor_run_backwards ON coordination.monitor_run ((reverse(replace(run_id::text, '-', ''))) COLLATE "C");
        """;

    public const string Sqlite = """
        CREATE INDEX ix_monitor_run_updated ON monitor_run (updated_at, run_id);
        CREATE INDEX ix_monitor_run_cost ON monitor_run (cost_micro_usd, run_id);
        """;

    public const string PostgresDown = """
        DROP INDEX coordination.ix_monitor_run_backwards;
        """;

    public const string SqliteDown = """
        DROP INDEX ix_monitor_run_updated; DROP INDEX ix_monitor_run_cost;
        """;
}
