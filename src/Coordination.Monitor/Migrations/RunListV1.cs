namespace Coordination.Monitor.Migrations;

/// <summary>The list of runs, kept by the projection, as its first migration made it (docs/decisions/0018-run-list-projection.md). Never edited.</summary>
internal static class RunListV1
{
    public const string Postgres = """
        CREATE TABLE coordination.monitor_run (
            run_id uuid PRIMARY KEY, tenant text NOT NULL, name text NOT NULL, status text NOT NULL, reason text, requester text NOT NULL, business_scope text,
            accepted_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, deadline_at timestamptz, ended_at timestamptz, duration_ms bigint,
            failed_step text, failed_detail text, steps_done int NOT NULL, steps int NOT NULL, retries int NOT NULL,
            current_step text, wait_kind text, waits_for text, wait_ends_at timestamptz, in_doubt boolean NOT NULL, questions int NOT NULL,
            agents text NOT NULL, tokens bigint NOT NULL, cost_micro_usd bigint NOT NULL, stuck text, version bigint NOT NULL,
            tags text[] NOT NULL, search tsvector NOT NULL
        ) WITH (fillfactor = 85);
        CREATE INDEX ix_monitor_run_accepted ON coordination.monitor_run (accepted_at, run_id);
        CREATE INDEX ix_monitor_run_status ON coordination.monitor_run (status, accepted_at, run_id);
        CREATE INDEX ix_monitor_run_updated ON coordination.monitor_run (updated_at, run_id);
        CREATE INDEX ix_monitor_run_cost ON coordination.monitor_run (cost_micro_usd, run_id);
        CREATE INDEX ix_monitor_run_duration ON coordination.monitor_run (duration_ms, run_id) WHERE ended_at IS NOT NULL;
        CREATE INDEX ix_monitor_run_open ON coordination.monitor_run (accepted_at, run_id) WHERE ended_at IS NULL;
        CREATE INDEX ix_monitor_run_quiet ON coordination.monitor_run (updated_at) WHERE ended_at IS NULL;
        CREATE INDEX ix_monitor_run_ended ON coordination.monitor_run (ended_at) WHERE ended_at IS NOT NULL;
        CREATE INDEX ix_monitor_run_tokens ON coordination.monitor_run (tokens) WHERE tokens > 0;
        CREATE INDEX ix_monitor_run_retries ON coordination.monitor_run (retries) WHERE retries > 0;
        CREATE INDEX ix_monitor_run_stuck ON coordination.monitor_run (accepted_at, run_id) WHERE stuck IS NOT NULL;
        CREATE INDEX ix_monitor_run_questions ON coordination.monitor_run (run_id) WHERE questions > 0;
        CREATE INDEX ix_monitor_run_version ON coordination.monitor_run (version);
        CREATE INDEX ix_monitor_run_terms ON coordination.monitor_run USING gin (tags, search) WITH (gin_pending_list_limit = 512);
        ALTER TABLE coordination.monitor_run ALTER COLUMN tags SET STATISTICS 1000, ALTER COLUMN search SET STATISTICS 500;

        CREATE TABLE coordination.monitor_count (status text PRIMARY KEY, runs bigint NOT NULL);

        CREATE TABLE coordination.monitor_projection (
            name text PRIMARY KEY, position bigint NOT NULL, version bigint NOT NULL, filled boolean NOT NULL, fill_at timestamptz, fill_id uuid, changed_at timestamptz NOT NULL
        );
        """;

    public const string Sqlite = """
        CREATE TABLE monitor_run (
            run_id TEXT NOT NULL PRIMARY KEY, tenant TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, reason TEXT, requester TEXT NOT NULL, business_scope TEXT,
            accepted_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, deadline_at INTEGER, ended_at INTEGER, duration_ms INTEGER,
            failed_step TEXT, failed_detail TEXT, steps_done INTEGER NOT NULL, steps INTEGER NOT NULL, retries INTEGER NOT NULL,
            current_step TEXT, wait_kind TEXT, waits_for TEXT, wait_ends_at INTEGER, in_doubt INTEGER NOT NULL, questions INTEGER NOT NULL,
            agents TEXT NOT NULL, tokens INTEGER NOT NULL, cost_micro_usd INTEGER NOT NULL, stuck TEXT, version INTEGER NOT NULL,
            tags TEXT NOT NULL, search TEXT NOT NULL
        );
        CREATE INDEX ix_monitor_run_accepted ON monitor_run (accepted_at, run_id);
        CREATE INDEX ix_monitor_run_status ON monitor_run (status, accepted_at, run_id);
        CREATE INDEX ix_monitor_run_quiet ON monitor_run (updated_at) WHERE ended_at IS NULL;
        CREATE INDEX ix_monitor_run_version ON monitor_run (version);

        CREATE TABLE monitor_count (status TEXT NOT NULL PRIMARY KEY, runs INTEGER NOT NULL);

        CREATE TABLE monitor_projection (
            name TEXT NOT NULL PRIMARY KEY, position INTEGER NOT NULL, version INTEGER NOT NULL, filled INTEGER NOT NULL, fill_at INTEGER, fill_id TEXT, changed_at INTEGER NOT NULL
        );
        """;

    public const string PostgresDown = """
        DROP TABLE coordination.monitor_projection, coordination.monitor_count, coordination.monitor_run;
        """;

    public const string SqliteDown = """
        DROP TABLE monitor_projection; DROP TABLE monitor_count; DROP TABLE monitor_run;
        """;
}
