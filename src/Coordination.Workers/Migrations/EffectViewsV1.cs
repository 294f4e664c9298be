namespace Coordination.Workers.Migrations;

/// <summary>The guard of the journal and the views over effects, as their first migration made them. Never edited.</summary>
internal static class EffectViewsV1
{
    public const string Postgres = """
        CREATE FUNCTION coordination.effect_journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND OLD.at < clock_timestamp() - interval '30 days' THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'effect_journal is append-only: % of run %, record % is refused', TG_OP, OLD.run_id, OLD.seq;
        END $$;

        CREATE TRIGGER effect_journal_append_only BEFORE UPDATE OR DELETE ON coordination.effect_journal
            FOR EACH ROW EXECUTE FUNCTION coordination.effect_journal_is_append_only();

        CREATE FUNCTION coordination.effect_journal_is_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'effect_journal is append-only: TRUNCATE is refused';
        END $$;

        CREATE TRIGGER effect_journal_no_truncate BEFORE TRUNCATE ON coordination.effect_journal
            FOR EACH STATEMENT EXECUTE FUNCTION coordination.effect_journal_is_not_emptied();

        ALTER TABLE coordination.effect SET (fillfactor = 80);

        CREATE VIEW coordination.coord_v1_effects AS
        SELECT tenant, effect_key, run_id, step_id, compensating, tool, class, scope, status, calls, created_at, changed_at FROM coordination.effect;

        CREATE VIEW coordination.coord_v1_journal AS
        SELECT run_id, seq, at, kind, step_id, compensating, attempt, epoch, worker, definition, tool, class, effect_key, args_hash, status, code, detail,
               model, input_tokens, output_tokens, cost_micro_usd, duration_ms, trace_id FROM coordination.effect_journal;
        """;

    public const string Sqlite = """
        CREATE TRIGGER effect_journal_no_update BEFORE UPDATE ON effect_journal
        BEGIN SELECT RAISE(ABORT, 'effect_journal is append-only: UPDATE is refused'); END;

        CREATE TRIGGER effect_journal_no_replace BEFORE INSERT ON effect_journal
        WHEN EXISTS (SELECT 1 FROM effect_journal WHERE run_id = NEW.run_id AND seq = NEW.seq)
        BEGIN SELECT RAISE(ABORT, 'effect_journal is append-only: REPLACE is refused'); END;

        CREATE TRIGGER effect_journal_no_delete BEFORE DELETE ON effect_journal
        WHEN OLD.at > (unixepoch('now') - 30 * 86400) * 1000000
        BEGIN SELECT RAISE(ABORT, 'effect_journal is append-only: DELETE is refused'); END;

        CREATE VIEW coord_v1_effects AS
        SELECT tenant, effect_key, run_id, step_id, compensating, tool, class, scope, status, calls, created_at, changed_at FROM effect;

        CREATE VIEW coord_v1_journal AS
        SELECT run_id, seq, at, kind, step_id, compensating, attempt, epoch, worker, definition, tool, class, effect_key, args_hash, status, code, detail,
               model, input_tokens, output_tokens, cost_micro_usd, duration_ms, trace_id FROM effect_journal;
        """;

    public const string PostgresDown = """
        DROP VIEW coordination.coord_v1_journal;
        DROP VIEW coordination.coord_v1_effects;
        DROP TRIGGER effect_journal_append_only ON coordination.effect_journal;
        DROP TRIGGER effect_journal_no_truncate ON coordination.effect_journal;
        DROP FUNCTION coordination.effect_journal_is_append_only();
        DROP FUNCTION coordination.effect_journal_is_not_emptied();
        """;

    public const string SqliteDown = """
        DROP VIEW coord_v1_journal;
        DROP VIEW coord_v1_effects;
        """;
}
