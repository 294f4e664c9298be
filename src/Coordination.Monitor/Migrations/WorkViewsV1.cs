namespace Coordination.Monitor.Migrations;

/// <summary>
/// Views over dead letters, timers, the outbox and the claims of agents, and over ballots that are not decided, as their first migration made them. Never edited.
/// <c>coord_v1_dead_letter_bodies</c> shows what messages say, <c>coord_v1_ballot_openings</c> what options would do: give them to those alone who may read it.
/// </summary>
internal static class WorkViewsV1
{
    public const string Postgres = """
        CREATE VIEW coordination.coord_v1_dead_letters AS
        SELECT id, direction, endpoint, reason, detail, error, alike, parked_at, attempts, state, message_id, message_type, group_id AS run_id, destination, content_type,
               octet_length(body) AS bytes, expires_at, failures, replaces, replaced_by, settled_at, settled_by, settled_because
        FROM coordination.dead_letter;

        CREATE VIEW coordination.coord_v1_dead_letter_bodies AS
        SELECT id, content_type, body, meta FROM coordination.dead_letter;

        CREATE VIEW coordination.coord_v1_outbox AS
        SELECT id, message_id, message_type, destination, endpoint, group_id, ordered, due_at, created_at, handed_over_at, token, expires_at, attempts, last_error
        FROM coordination.outbox;

        CREATE VIEW coordination.coord_v1_timers AS
        SELECT o.token, o.id, o.due_at, o.message_type, o.destination, o.endpoint, o.group_id, o.attempts, o.last_error,
               CASE WHEN own THEN said ->> 'kind' END AS kind, CASE WHEN own THEN said ->> 'stepId' END AS step_id,
               CASE WHEN own THEN said ->> 'attempt' END AS attempt
        FROM coordination.outbox o
        CROSS JOIN LATERAL (SELECT o.message_type IN ('run.timer-due.v1', 'ballot.timer-due.v1') AS own) AS mine
        CROSS JOIN LATERAL (SELECT CASE WHEN own THEN convert_from(o.body, 'UTF8')::json END AS said) AS message
        WHERE o.token IS NOT NULL AND o.handed_over_at IS NULL;

        CREATE VIEW coordination.coord_v1_agent_work AS
        SELECT agent_type, owner, count(*) AS claims, count(*) FILTER (WHERE waits) AS waiting, min(created_at) FILTER (WHERE waits) AS oldest_wait_at
        FROM (SELECT agent_type, owner, created_at, owner IS NULL OR expires_at <= statement_timestamp() AS waits
              FROM coordination.step_claim WHERE state = 'open') AS open
        GROUP BY agent_type, owner;

        CREATE VIEW coordination.coord_v1_open_ballots AS
        SELECT ballot_id, tenant, run_id, policy, tier, requester, question, options, voters, round, lower(status) AS status, outcome, option,
               decided_by, people, opened_at, ends_at, decided_at
        FROM coordination.ballot WHERE status <> 'Decided';

        CREATE VIEW coordination.coord_v1_ballot_openings AS
        SELECT ballot_id, opening FROM coordination.ballot;
        """;

    public const string Sqlite = """
        CREATE VIEW coord_v1_dead_letters AS
        SELECT id, direction, endpoint, reason, detail, error, alike, parked_at, attempts, state, message_id, message_type, group_id AS run_id, destination, content_type,
               octet_length(body) AS bytes, expires_at, failures, replaces, replaced_by, settled_at, settled_by, settled_because
        FROM dead_letter;

        CREATE VIEW coord_v1_dead_letter_bodies AS
        SELECT id, content_type, body, meta FROM dead_letter;

        CREATE VIEW coord_v1_outbox AS
        SELECT id, message_id, message_type, destination, endpoint, group_id, ordered, due_at, created_at, handed_over_at, token, expires_at, attempts, last_error
        FROM outbox;

        CREATE VIEW coord_v1_timers AS
        SELECT token, id, due_at, message_type, destination, endpoint, group_id, attempts, last_error,
               CASE WHEN message_type IN ('run.timer-due.v1', 'ballot.timer-due.v1') THEN CAST(body AS TEXT) ->> 'kind' END AS kind,
               CASE WHEN message_type IN ('run.timer-due.v1', 'ballot.timer-due.v1') THEN CAST(body AS TEXT) ->> 'stepId' END AS step_id,
               CAST(CASE WHEN message_type IN ('run.timer-due.v1', 'ballot.timer-due.v1') THEN CAST(body AS TEXT) ->> 'attempt' END AS TEXT) AS attempt
        FROM outbox WHERE token IS NOT NULL AND handed_over_at IS NULL;

        CREATE VIEW coord_v1_agent_work AS
        SELECT agent_type, owner, count(*) AS claims, count(*) FILTER (WHERE waits) AS waiting, min(created_at) FILTER (WHERE waits) AS oldest_wait_at
        FROM (SELECT agent_type, owner, created_at, owner IS NULL OR expires_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS waits
              FROM step_claim WHERE state = 'open') AS open
        GROUP BY agent_type, owner;

        CREATE VIEW coord_v1_open_ballots AS
        SELECT ballot_id, tenant, run_id, policy, tier, requester, question, options, voters, round, lower(status) AS status, outcome, option,
               decided_by, people, opened_at, ends_at, decided_at
        FROM ballot WHERE status <> 'Decided';

        CREATE VIEW coord_v1_ballot_openings AS SELECT ballot_id, opening FROM ballot;
        """;

    public const string PostgresDown = """
        DROP VIEW coordination.coord_v1_ballot_openings, coordination.coord_v1_open_ballots, coordination.coord_v1_agent_work, coordination.coord_v1_timers, coordination.coord_v1_outbox,
            coordination.coord_v1_dead_letter_bodies, coordination.coord_v1_dead_letters;
        """;

    public const string SqliteDown = """
        DROP VIEW coord_v1_ballot_openings; DROP VIEW coord_v1_open_ballots; DROP VIEW coord_v1_agent_work; DROP VIEW coord_v1_timers; DROP VIEW coord_v1_outbox;
        DROP VIEW coord_v1_dead_letter_bodies; DROP VIEW coord_v1_dead_letters;
        """;
}
