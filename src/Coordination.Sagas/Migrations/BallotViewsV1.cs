namespace Coordination.Sagas.Migrations;

/// <summary>
/// The views <c>coord_v1_*</c> over ballots, and the guards of records and decisions, as the first migration made them. Never edited. None of them shows a vote,
/// or how the votes stand, before a ballot's voting is over: give agents' database users the views and not the tables.
/// </summary>
internal static class BallotViewsV1
{
    public const string Postgres = """
        ALTER TABLE coordination.ballot SET (fillfactor = 70);

        CREATE FUNCTION coordination.ballot_record_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only: % of ballot % is refused', TG_TABLE_NAME, TG_OP, OLD.ballot_id;
        END $$;

        CREATE FUNCTION coordination.ballot_rows_stay() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only: TRUNCATE is refused', TG_TABLE_NAME;
        END $$;

        CREATE TRIGGER ballot_record_append_only BEFORE UPDATE OR DELETE ON coordination.ballot_record
            FOR EACH ROW EXECUTE FUNCTION coordination.ballot_record_is_append_only();

        CREATE TRIGGER ballot_decision_append_only BEFORE UPDATE OR DELETE ON coordination.ballot_decision
            FOR EACH ROW EXECUTE FUNCTION coordination.ballot_record_is_append_only();

        CREATE TRIGGER ballot_record_no_truncate BEFORE TRUNCATE ON coordination.ballot_record
            FOR EACH STATEMENT EXECUTE FUNCTION coordination.ballot_rows_stay();

        CREATE TRIGGER ballot_decision_no_truncate BEFORE TRUNCATE ON coordination.ballot_decision
            FOR EACH STATEMENT EXECUTE FUNCTION coordination.ballot_rows_stay();

        CREATE VIEW coordination.coord_v1_ballots AS
        SELECT ballot_id, tenant, run_id, policy, tier, requester, question, options, voters, round, lower(status) AS status, outcome, option,
               decided_by, people, opened_at, ends_at, decided_at
        FROM coordination.ballot;

        CREATE VIEW coordination.coord_v1_ballot_record AS
        SELECT r.ballot_id, b.tenant, r.seq, r.at, r.kind, r.line, r.hash, b.record_hash
        FROM coordination.ballot_record r JOIN coordination.ballot b ON b.ballot_id = r.ballot_id WHERE b.status <> 'Voting';

        CREATE VIEW coordination.coord_v1_decisions AS
        SELECT ballot_id, tenant, outcome, option, tier, decided_by, decided_at FROM coordination.ballot_decision;

        CREATE VIEW coordination.coord_v1_ballot_rejections AS
        SELECT ballot_id, tenant, at, reason, problems FROM coordination.ballot_rejection;

        CREATE VIEW coordination.coord_v1_voters AS
        SELECT tenant, voter, domain, judged, correct, squared_error / judged AS brier FROM coordination.voter_competence;
        """;

    public const string Sqlite = """
        CREATE TRIGGER ballot_record_no_update BEFORE UPDATE ON ballot_record
        BEGIN SELECT RAISE(ABORT, 'ballot_record is append-only: UPDATE is refused'); END;

        CREATE TRIGGER ballot_record_no_delete BEFORE DELETE ON ballot_record
        BEGIN SELECT RAISE(ABORT, 'ballot_record is append-only: DELETE is refused'); END;

        CREATE TRIGGER ballot_decision_no_update BEFORE UPDATE ON ballot_decision
        BEGIN SELECT RAISE(ABORT, 'ballot_decision is append-only: UPDATE is refused'); END;

        CREATE TRIGGER ballot_decision_no_delete BEFORE DELETE ON ballot_decision
        BEGIN SELECT RAISE(ABORT, 'ballot_decision is append-only: DELETE is refused'); END;

        CREATE VIEW coord_v1_ballots AS
        SELECT ballot_id, tenant, run_id, policy, tier, requester, question, options, voters, round, lower(status) AS status, outcome, option,
               decided_by, people, opened_at, ends_at, decided_at
        FROM ballot;

        CREATE VIEW coord_v1_ballot_record AS
        SELECT r.ballot_id, b.tenant, r.seq, r.at, r.kind, r.line, r.hash, b.record_hash
        FROM ballot_record r JOIN ballot b ON b.ballot_id = r.ballot_id WHERE b.status <> 'Voting';

        CREATE VIEW coord_v1_decisions AS
        SELECT ballot_id, tenant, outcome, option, tier, decided_by, decided_at FROM ballot_decision;

        CREATE VIEW coord_v1_ballot_rejections AS
        SELECT ballot_id, tenant, at, reason, problems FROM ballot_rejection;

        CREATE VIEW coord_v1_voters AS
        SELECT tenant, voter, domain, judged, correct, squared_error / judged AS brier FROM voter_competence;
        """;

    public const string DropPostgres = """
        DROP VIEW coordination.coord_v1_voters, coordination.coord_v1_ballot_rejections, coordination.coord_v1_decisions,
            coordination.coord_v1_ballot_record, coordination.coord_v1_ballots;
        DROP TRIGGER ballot_record_no_truncate ON coordination.ballot_record;
        DROP TRIGGER ballot_decision_no_truncate ON coordination.ballot_decision;
        DROP FUNCTION coordination.ballot_rows_stay();
        DROP TRIGGER ballot_record_append_only ON coordination.ballot_record;
        DROP TRIGGER ballot_decision_append_only ON coordination.ballot_decision;
        DROP FUNCTION coordination.ballot_record_is_append_only();
        """;

    public const string DropSqlite = """
        DROP VIEW coord_v1_voters; DROP VIEW coord_v1_ballot_rejections; DROP VIEW coord_v1_decisions; DROP VIEW coord_v1_ballot_record;
        DROP VIEW coord_v1_ballots;
        """;
}
