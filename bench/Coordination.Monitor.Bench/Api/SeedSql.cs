namespace Coordination.Monitor.Bench.Api;

/// <summary>Rows of runs as the saga writes them, made by the database itself: their shape and spread, not what is in them, is what is measured.</summary>
internal static class SeedSql
{
    /// <summary>Runs from $1 up to, not including, $2 of $3 in all, over 90 days up to now: one in fifty of the last minutes still goes on.</summary>
    public const string Runs = """
        INSERT INTO coordination.run (run_id, version, status, tenant, requester, business_scope, name, plan_hash, plan, steps, accepted_at, deadline_at, ended_at, reason,
            failed_step, history_count, compensated, transaction_id, hops, trace_parent)
        SELECT id, 5, status, tenant, requester, CASE WHEN n % 3 = 0 THEN 'order ' || n END, name, 'h', plan, steps, at, at + interval '1 hour',
               CASE WHEN active THEN NULL ELSE at + lasted END, reason, CASE WHEN status = 'Failed' THEN 'code' END, 5, '[]', id, 30,
               '00-' || md5(n::text) || '-00f067aa0ba902b7-01'
        FROM (SELECT *, '{"name":"' || name || '","steps":[{"id":"plan","agentType":"planner","input":{"text":"' || repeat(md5(n::text), 6) || '"}},{"id":"code","agentType":"'
                || agent || '","dependsOn":["plan"],"compensation":{"agentType":"undoer"}},{"id":"review","agentType":"critic","dependsOn":["plan"]},{"id":"publish","agentType":"publisher","dependsOn":["code","review"]}]}' AS plan,
              '[{"id":"plan","agentType":"planner","status":"done","attempt":1,"completedAs":1},{"id":"code","agentType":"' || agent || '","status":"'
                || CASE WHEN status = 'Failed' THEN 'failed' WHEN active THEN 'dispatched' ELSE 'done' END || '","attempt":' || CASE WHEN n % 17 = 0 THEN 3 ELSE 1 END
                || CASE WHEN active THEN ',"waitingOn":"agent ' || agent || '"' WHEN status = 'Failed' THEN ',"reason":"' || reason || '","detail":"' || detail || '"' ELSE '' END
                || '},{"id":"review","agentType":"critic","status":"' || CASE WHEN active AND n % 5 = 0 THEN 'input-wait' WHEN status = 'Failed' THEN 'skipped' WHEN active THEN 'dispatched' ELSE 'done' END
                || '","attempt":1},{"id":"publish","agentType":"publisher","status":"' || CASE WHEN active THEN 'pending' WHEN status = 'Failed' THEN 'skipped' ELSE 'done' END || '","attempt":1}]' AS steps
              FROM (SELECT n, gen_random_uuid() AS id, now() - interval '90 days' * ((($3 - n)::float8) / $3) AS at, interval '1 second' * (1 + n % 900) AS lasted, n % 10 = 0 AND n > $3 * 0.995 AS active,
                    CASE WHEN n % 10 = 0 AND n > $3 * 0.995 THEN 'Running' WHEN n % 25 = 3 THEN 'Failed' WHEN n % 50 = 7 THEN 'Partial' WHEN n % 100 = 11 THEN 'Cancelled' WHEN n % 211 = 13 THEN 'Expired'
                         WHEN n % 1000 = 501 AND n > $3 * 0.99 THEN 'Compensating' ELSE 'Completed' END AS status,
                    CASE WHEN n % 25 = 3 THEN (ARRAY['NON_RETRYABLE','CONTRACT_INVALID','DEADLINE_EXCEEDED','PROVIDER_LIMIT','IN_DOUBT'])[1 + (n / 25) % 5] WHEN n % 50 = 7 THEN 'NON_RETRYABLE' WHEN n % 100 = 11 THEN 'CANCELLED' END AS reason,
                    (ARRAY['ticket-triage','code-review','refund','data-backfill','invoice-check','weekly-report','translation','incident','onboarding','price-update','fraud-scan','archive'])[1 + (n * 7) % 12] AS name,
                    'team-' || (n * 13) % 40 AS requester, CASE WHEN n % 20 = 0 THEN 'acme' ELSE 'default' END AS tenant,
                    (ARRAY['coder','refunder','analyst','translator','scanner','writer'])[1 + (n * 11) % 6] AS agent,
                    (ARRAY['lease timeout at provider','schema mismatch in patch','card was refused','file is missing','rate limit of model'])[1 + (n / 25) % 5] AS detail
                    FROM generate_series($1::bigint, $2::bigint - 1) n) a) b
        """;

    public const string History = """
        INSERT INTO coordination.run_history (run_id, seq, at, type, step_id, attempt, message_id, tx)
        SELECT r.run_id, e.seq, r.accepted_at + e.seq * interval '1 second', e.type, e.step, 1, gen_random_uuid(), 0
        FROM coordination.run r CROSS JOIN (VALUES (1, 'accepted', NULL), (2, 'step-dispatched', 'plan'), (3, 'step-completed', 'plan'), (4, 'step-retry', 'code'), (5, 'ended', NULL)) AS e(seq, type, step)
        WHERE NOT EXISTS (SELECT 1 FROM coordination.run_history h WHERE h.run_id = r.run_id) AND (e.seq <> 4 OR hashtext(r.run_id::text) % 17 = 0)
        """;

    public const string Journal = """
        INSERT INTO coordination.effect_journal (run_id, seq, kind, step_id, compensating, attempt, epoch, worker, at, status, model, input_tokens, output_tokens, cost_micro_usd, hash)
        SELECT run_id, 1, 'outcome', 'code', false, 1, 1, 'seed', accepted_at, 'succeeded', 'large-1', abs(hashtext(run_id::text)) % 20000, abs(hashtext(run_id::text)) % 3000,
               abs(hashtext(run_id::text)) % 3000000, '\x00' FROM coordination.run WHERE hashtext(run_id::text) % 2 = 0
        """;
}
