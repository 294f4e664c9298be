namespace Coordination.Monitor.Migrations;

/// <summary>The guard of the audit, as the first migration made it. Never edited.</summary>
internal static class AuditGuardV1
{
    public const string Postgres = """
        CREATE FUNCTION coordination.monitor_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'monitor_audit is append-only: % is refused', TG_OP;
        END $$;

        CREATE TRIGGER monitor_audit_append_only BEFORE UPDATE OR DELETE ON coordination.monitor_audit
            FOR EACH ROW EXECUTE FUNCTION coordination.monitor_audit_is_append_only();

        CREATE TRIGGER monitor_audit_no_truncate BEFORE TRUNCATE ON coordination.monitor_audit
            FOR EACH STATEMENT EXECUTE FUNCTION coordination.monitor_audit_is_append_only();

        CREATE VIEW coordination.coord_v1_audit AS
        SELECT id, at, actor, via, kind, target, run_id, reason, outcome, detail, before, after, operation_id, from_address FROM coordination.monitor_audit;

        CREATE VIEW coordination.coord_v1_operations AS
        SELECT id, kind, status, actor, via, reason, request, total, done, failed, skipped, created_at, ended_at FROM coordination.monitor_operation;

        CREATE VIEW coordination.coord_v1_operation_items AS
        SELECT operation_id, position, target, status, detail, at FROM coordination.monitor_operation_item;
        """;

    public const string Sqlite = """
        CREATE TRIGGER monitor_audit_no_update BEFORE UPDATE ON monitor_audit
        BEGIN SELECT RAISE(ABORT, 'monitor_audit is append-only: UPDATE is refused'); END;

        CREATE TRIGGER monitor_audit_no_delete BEFORE DELETE ON monitor_audit
        BEGIN SELECT RAISE(ABORT, 'monitor_audit is append-only: DELETE is refused'); END;

        CREATE VIEW coord_v1_audit AS
        SELECT id, at, actor, via, kind, target, run_id, reason, outcome, detail, before, after, operation_id, from_address FROM monitor_audit;

        CREATE VIEW coord_v1_operations AS
        SELECT id, kind, status, actor, via, reason, request, total, done, failed, skipped, created_at, ended_at FROM monitor_operation;

        CREATE VIEW coord_v1_operation_items AS
        SELECT operation_id, position, target, status, detail, at FROM monitor_operation_item;
        """;

    public const string PostgresDown = """
        DROP VIEW coordination.coord_v1_operation_items, coordination.coord_v1_operations, coordination.coord_v1_audit;
        DROP TRIGGER monitor_audit_append_only ON coordination.monitor_audit;
        DROP TRIGGER monitor_audit_no_truncate ON coordination.monitor_audit;
        DROP FUNCTION coordination.monitor_audit_is_append_only();
        """;

    public const string SqliteDown = """
        DROP VIEW coord_v1_operation_items; DROP VIEW coord_v1_operations; DROP VIEW coord_v1_audit;
        """;
}
