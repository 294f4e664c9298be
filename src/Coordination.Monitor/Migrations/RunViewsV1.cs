namespace Coordination.Monitor.Migrations;

/// <summary>The views over plans, payloads and claims, and what the list of runs is made from, as their first migration made them. Never edited.</summary>
internal static class RunViewsV1
{
    public const string Postgres = """
        CREATE VIEW coordination.coord_v1_plan_steps AS
        SELECT r.run_id, (s.place - 1)::int AS position, s.step ->> 'id' AS step_id, s.step ->> 'agentType' AS agent_type, s.step ->> 'contract' AS contract,
               coalesce((s.step -> 'dependsOn')::text, '[]') AS depends_on, coalesce((s.step ->> 'pivot')::boolean, false) AS pivot,
               coalesce((s.step ->> 'optional')::boolean, false) AS optional, s.step -> 'compensation' ->> 'agentType' AS undone_by,
               (s.step ->> 'agents')::int AS agents, (s.step -> 'electorate')::text AS electorate,
               coalesce(s.step -> 'decision' ->> 'policy', s.step -> 'agreement' ->> 'policy') AS policy, (s.step -> 'decision') IS NOT NULL AS decided_first,
               (s.step -> 'inputFrom')::text AS input_from, (s.step ->> 'timeoutMs')::bigint AS timeout_ms, (s.step -> 'retry' ->> 'maxAttempts')::int AS max_attempts
        FROM coordination.run r CROSS JOIN LATERAL json_array_elements(r.plan::json -> 'steps') WITH ORDINALITY AS s(step, place);

        CREATE VIEW coordination.coord_v1_payloads AS
        SELECT r.run_id, s.step ->> 'id' AS step_id, 'input' AS kind, NULL::text AS name, (s.step -> 'input')::text AS body
        FROM coordination.run r CROSS JOIN LATERAL json_array_elements(r.plan::json -> 'steps') AS s(step) WHERE s.step -> 'input' IS NOT NULL
        UNION ALL
        SELECT r.run_id, s.step ->> 'id', 'undo-input', NULL, (s.step -> 'compensation' -> 'input')::text
        FROM coordination.run r CROSS JOIN LATERAL json_array_elements(r.plan::json -> 'steps') AS s(step) WHERE s.step -> 'compensation' -> 'input' IS NOT NULL
        UNION ALL
        SELECT r.run_id, c.key, 'output', NULL, (c.value -> 'output')::text
        FROM coordination.run r CROSS JOIN LATERAL json_each(r.content::json) AS c WHERE c.value -> 'output' IS NOT NULL
        UNION ALL
        SELECT r.run_id, c.key, 'answer', a.key, a.value::text
        FROM coordination.run r CROSS JOIN LATERAL json_each(r.content::json) AS c CROSS JOIN LATERAL json_each(c.value -> 'answers') AS a
        WHERE c.value -> 'answers' IS NOT NULL
        UNION ALL
        SELECT r.run_id, c.key, 'question', c.value -> 'question' ->> 'questionId', (c.value -> 'question')::text
        FROM coordination.run r CROSS JOIN LATERAL json_each(r.content::json) AS c WHERE c.value -> 'question' IS NOT NULL;

        CREATE VIEW coordination.coord_v1_claims AS
        SELECT run_id, step_id, attempt, compensating, agent_type, tenant, state, owner, epoch, crashes, expires_at, cancel_requested, created_at, claimed_at
        FROM coordination.step_claim;

        CREATE VIEW coordination.monitor_run_source AS
        SELECT run_id, version AS row_version, tenant, name, lower(status) AS status, reason, requester, business_scope, accepted_at, deadline_at, ended_at,
               failed_step, steps, trace_parent
        FROM coordination.run;
        """;

    public const string Sqlite = """
        CREATE VIEW coord_v1_plan_steps AS
        SELECT r.run_id, s.key AS position, s.value ->> 'id' AS step_id, s.value ->> 'agentType' AS agent_type, s.value ->> 'contract' AS contract,
               coalesce(s.value -> 'dependsOn', '[]') AS depends_on, coalesce(s.value ->> 'pivot', 0) AS pivot,
               coalesce(s.value ->> 'optional', 0) AS optional, s.value ->> '$.compensation.agentType' AS undone_by,
               s.value ->> 'agents' AS agents, s.value -> 'electorate' AS electorate,
               coalesce(s.value ->> '$.decision.policy', s.value ->> '$.agreement.policy') AS policy, (s.value -> 'decision') IS NOT NULL AS decided_first,
               s.value -> 'inputFrom' AS input_from, s.value ->> 'timeoutMs' AS timeout_ms, s.value ->> '$.retry.maxAttempts' AS max_attempts
        FROM run r, json_each(r.plan, '$.steps') s;

        CREATE VIEW coord_v1_payloads AS
        SELECT r.run_id, s.value ->> 'id' AS step_id, 'input' AS kind, NULL AS name, s.value -> 'input' AS body
        FROM run r, json_each(r.plan, '$.steps') s WHERE s.value -> 'input' IS NOT NULL
        UNION ALL
        SELECT r.run_id, s.value ->> 'id', 'undo-input', NULL, s.value -> '$.compensation.input'
        FROM run r, json_each(r.plan, '$.steps') s WHERE s.value -> '$.compensation.input' IS NOT NULL
        UNION ALL
        SELECT r.run_id, c.key, 'output', NULL, c.value -> 'output' FROM run r, json_each(r.content) c WHERE c.value -> 'output' IS NOT NULL
        UNION ALL
        SELECT r.run_id, c.key, 'answer', a.key, c.value -> 'answers' -> a.key
        FROM run r, json_each(r.content) c, json_each(c.value, '$.answers') a
        UNION ALL
        SELECT r.run_id, c.key, 'question', c.value ->> '$.question.questionId', c.value -> 'question'
        FROM run r, json_each(r.content) c WHERE c.value -> 'question' IS NOT NULL;

        CREATE VIEW coord_v1_claims AS
        SELECT run_id, step_id, attempt, compensating, agent_type, tenant, state, owner, epoch, crashes, expires_at, cancel_requested, created_at, claimed_at
        FROM step_claim;

        CREATE VIEW monitor_run_source AS
        SELECT run_id, version AS row_version, tenant, name, lower(status) AS status, reason, requester, business_scope, accepted_at, deadline_at, ended_at,
               failed_step, steps, trace_parent
        FROM run;
        """;

    public const string PostgresDown = """
        DROP VIEW coordination.monitor_run_source, coordination.coord_v1_claims, coordination.coord_v1_payloads, coordination.coord_v1_plan_steps;
        """;

    public const string SqliteDown = """
        DROP VIEW monitor_run_source; DROP VIEW coord_v1_claims; DROP VIEW coord_v1_payloads; DROP VIEW coord_v1_plan_steps;
        """;
}
