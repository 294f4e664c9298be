namespace Coordination.Sagas.Migrations;

/// <summary>The views <c>coord_v1_*</c> over runs and agents, and the guard of the history, as the first migration made them. Never edited.</summary>
internal static class RunViewsV1
{
    public const string Postgres = """
        ALTER TABLE coordination.run SET (fillfactor = 70);
        ALTER TABLE coordination.agent_instance SET (fillfactor = 70);

        CREATE FUNCTION coordination.run_history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM coordination.run WHERE run_id = OLD.run_id AND ended_at IS NOT NULL) THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'run_history is append-only: % of run %, entry % is refused', TG_OP, OLD.run_id, OLD.seq;
        END $$;

        CREATE TRIGGER run_history_append_only BEFORE UPDATE OR DELETE ON coordination.run_history
            FOR EACH ROW EXECUTE FUNCTION coordination.run_history_is_append_only();

        CREATE VIEW coordination.coord_v1_runs AS
        SELECT r.run_id, r.tenant, r.name, lower(r.status) AS status, r.reason, r.requester, r.business_scope, r.accepted_at, r.deadline_at,
               r.ended_at, r.failed_step, r.compensated, r.outputs, r.transaction_id, NULL::uuid AS joined_run_id
        FROM coordination.run r
        UNION ALL
        SELECT j.run_id, r.tenant, r.name, lower(r.status), r.reason, r.requester, r.business_scope, r.accepted_at, r.deadline_at,
               r.ended_at, r.failed_step, r.compensated, r.outputs, r.transaction_id, r.run_id
        FROM coordination.run_join j JOIN coordination.run r ON r.run_id = j.joined_run_id;

        CREATE VIEW coordination.coord_v1_steps AS
        SELECT r.run_id, (s.place - 1)::int AS position, s.step ->> 'id' AS step_id, s.step ->> 'agentType' AS agent_type,
               s.step ->> 'status' AS status, (s.step ->> 'attempt')::int AS attempt, s.step ->> 'reason' AS reason, s.step ->> 'detail' AS detail,
               s.step ->> 'incidentId' AS incident_id, s.step ->> 'waitingOn' AS waiting_on,
               (s.step ->> 'waitEndsAt')::timestamptz AS wait_ends_at, s.step ->> 'questionId' AS question_id, (s.step ->> 'percent')::int AS percent,
               s.step ->> 'note' AS note, (s.step ->> 'completedAs')::int AS completed_as, coalesce((s.step ->> 'inDoubt')::boolean, false) AS in_doubt,
               (s.step ->> 'startedAt')::timestamptz AS started_at, (s.step ->> 'endedAt')::timestamptz AS ended_at
        FROM coordination.run r CROSS JOIN LATERAL json_array_elements(r.steps::json) WITH ORDINALITY AS s(step, place);

        CREATE VIEW coordination.coord_v1_history AS
        SELECT run_id, seq::bigint AS id, at, type AS event, step_id, attempt, data AS detail, message_id, causation_id FROM coordination.run_history;

        CREATE VIEW coordination.coord_v1_rejections AS
        SELECT run_id, tenant, at, reason, problems FROM coordination.run_rejection;

        CREATE VIEW coordination.coord_v1_agents AS
        SELECT agent_type, instance, build, contracts, compensates, last_seen_at FROM coordination.agent_instance;
        """;

    // Times in steps are texts inside JSON; the views turn them into microseconds, as all times of this database are.
    public const string Sqlite = """
        CREATE TRIGGER run_history_no_update BEFORE UPDATE ON run_history
        BEGIN SELECT RAISE(ABORT, 'run_history is append-only: UPDATE is refused'); END;

        CREATE TRIGGER run_history_no_delete BEFORE DELETE ON run_history
        WHEN NOT EXISTS (SELECT 1 FROM run WHERE run_id = OLD.run_id AND ended_at IS NOT NULL)
        BEGIN SELECT RAISE(ABORT, 'run_history is append-only: DELETE is refused'); END;

        CREATE VIEW coord_v1_runs AS
        SELECT r.run_id, r.tenant, r.name, lower(r.status) AS status, r.reason, r.requester, r.business_scope, r.accepted_at, r.deadline_at,
               r.ended_at, r.failed_step, r.compensated, r.outputs, r.transaction_id, NULL AS joined_run_id
        FROM run r
        UNION ALL
        SELECT j.run_id, r.tenant, r.name, lower(r.status), r.reason, r.requester, r.business_scope, r.accepted_at, r.deadline_at,
               r.ended_at, r.failed_step, r.compensated, r.outputs, r.transaction_id, r.run_id
        FROM run_join j JOIN run r ON r.run_id = j.joined_run_id;

        CREATE VIEW coord_v1_steps AS
        SELECT r.run_id, s.key AS position, s.value ->> 'id' AS step_id, s.value ->> 'agentType' AS agent_type,
               s.value ->> 'status' AS status, s.value ->> 'attempt' AS attempt, s.value ->> 'reason' AS reason, s.value ->> 'detail' AS detail,
               s.value ->> 'incidentId' AS incident_id, s.value ->> 'waitingOn' AS waiting_on,
               CAST(ROUND(unixepoch(s.value ->> 'waitEndsAt', 'subsec') * 1000) AS INTEGER) * 1000 AS wait_ends_at, s.value ->> 'questionId' AS question_id,
               s.value ->> 'percent' AS percent, s.value ->> 'note' AS note, s.value ->> 'completedAs' AS completed_as,
               coalesce(s.value ->> 'inDoubt', 0) AS in_doubt,
               CAST(ROUND(unixepoch(s.value ->> 'startedAt', 'subsec') * 1000) AS INTEGER) * 1000 AS started_at,
               CAST(ROUND(unixepoch(s.value ->> 'endedAt', 'subsec') * 1000) AS INTEGER) * 1000 AS ended_at
        FROM run r, json_each(r.steps) s;

        CREATE VIEW coord_v1_history AS
        SELECT run_id, seq AS id, at, type AS event, step_id, attempt, data AS detail, message_id, causation_id FROM run_history;

        CREATE VIEW coord_v1_rejections AS
        SELECT run_id, tenant, at, reason, problems FROM run_rejection;

        CREATE VIEW coord_v1_agents AS
        SELECT agent_type, instance, build, contracts, compensates, last_seen_at FROM agent_instance;
        """;

    public const string DropPostgres = """
        DROP VIEW coordination.coord_v1_agents, coordination.coord_v1_rejections, coordination.coord_v1_history, coordination.coord_v1_steps,
            coordination.coord_v1_runs;
        DROP TRIGGER run_history_append_only ON coordination.run_history;
        DROP FUNCTION coordination.run_history_is_append_only();
        """;

    public const string DropSqlite = """
        DROP VIEW coord_v1_agents; DROP VIEW coord_v1_rejections; DROP VIEW coord_v1_history; DROP VIEW coord_v1_steps; DROP VIEW coord_v1_runs;
        """;
}
