using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Monitor.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "monitor_audit",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    actor = table.Column<string>(type: "TEXT", nullable: false),
                    via = table.Column<string>(type: "TEXT", nullable: false),
                    kind = table.Column<string>(type: "TEXT", nullable: false),
                    target = table.Column<string>(type: "TEXT", nullable: false),
                    run_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    reason = table.Column<string>(type: "TEXT", nullable: true),
                    outcome = table.Column<string>(type: "TEXT", nullable: false),
                    detail = table.Column<string>(type: "TEXT", nullable: true),
                    before = table.Column<string>(type: "TEXT", nullable: true),
                    after = table.Column<string>(type: "TEXT", nullable: true),
                    operation_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    from_address = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_monitor_audit", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "monitor_operation",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    kind = table.Column<string>(type: "TEXT", nullable: false),
                    status = table.Column<string>(type: "TEXT", nullable: false),
                    actor = table.Column<string>(type: "TEXT", nullable: false),
                    via = table.Column<string>(type: "TEXT", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: true),
                    request = table.Column<string>(type: "TEXT", nullable: false),
                    request_hash = table.Column<string>(type: "TEXT", nullable: false),
                    total = table.Column<int>(type: "INTEGER", nullable: false),
                    done = table.Column<int>(type: "INTEGER", nullable: false),
                    failed = table.Column<int>(type: "INTEGER", nullable: false),
                    skipped = table.Column<int>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: true),
                    owner = table.Column<string>(type: "TEXT", nullable: true),
                    lease_until = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_monitor_operation", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "monitor_operation_item",
                columns: table => new
                {
                    operation_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    position = table.Column<int>(type: "INTEGER", nullable: false),
                    target = table.Column<string>(type: "TEXT", nullable: false),
                    status = table.Column<string>(type: "TEXT", nullable: false),
                    detail = table.Column<string>(type: "TEXT", nullable: true),
                    at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_monitor_operation_item", x => new { x.operation_id, x.position });
                });

            migrationBuilder.CreateIndex(
                name: "ix_monitor_audit_actor_id",
                table: "monitor_audit",
                columns: new[] { "actor", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_monitor_audit_run_id",
                table: "monitor_audit",
                column: "run_id",
                filter: "run_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_monitor_operation_created_at_id",
                table: "monitor_operation",
                columns: new[] { "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_monitor_operation_open",
                table: "monitor_operation",
                column: "created_at",
                filter: "ended_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_monitor_operation_item_waiting",
                table: "monitor_operation_item",
                columns: new[] { "operation_id", "position" },
                filter: "status = 'waiting'");

            migrationBuilder.Sql(AuditGuardV1.Sqlite);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(AuditGuardV1.SqliteDown);

            migrationBuilder.DropTable(
                name: "monitor_audit");

            migrationBuilder.DropTable(
                name: "monitor_operation");

            migrationBuilder.DropTable(
                name: "monitor_operation_item");
        }
    }
}
