using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Coordination.Monitor.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "coordination");

            migrationBuilder.CreateTable(
                name: "monitor_audit",
                schema: "coordination",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    actor = table.Column<string>(type: "text", nullable: false),
                    via = table.Column<string>(type: "text", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    target = table.Column<string>(type: "text", nullable: false),
                    run_id = table.Column<Guid>(type: "uuid", nullable: true),
                    reason = table.Column<string>(type: "text", nullable: true),
                    outcome = table.Column<string>(type: "text", nullable: false),
                    detail = table.Column<string>(type: "text", nullable: true),
                    before = table.Column<string>(type: "text", nullable: true),
                    after = table.Column<string>(type: "text", nullable: true),
                    operation_id = table.Column<Guid>(type: "uuid", nullable: true),
                    from_address = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_monitor_audit", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "monitor_operation",
                schema: "coordination",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    actor = table.Column<string>(type: "text", nullable: false),
                    via = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    request = table.Column<string>(type: "text", nullable: false),
                    request_hash = table.Column<string>(type: "text", nullable: false),
                    total = table.Column<int>(type: "integer", nullable: false),
                    done = table.Column<int>(type: "integer", nullable: false),
                    failed = table.Column<int>(type: "integer", nullable: false),
                    skipped = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    owner = table.Column<string>(type: "text", nullable: true),
                    lease_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_monitor_operation", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "monitor_operation_item",
                schema: "coordination",
                columns: table => new
                {
                    operation_id = table.Column<Guid>(type: "uuid", nullable: false),
                    position = table.Column<int>(type: "integer", nullable: false),
                    target = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    detail = table.Column<string>(type: "text", nullable: true),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_monitor_operation_item", x => new { x.operation_id, x.position });
                });

            migrationBuilder.CreateIndex(
                name: "ix_monitor_audit_actor_id",
                schema: "coordination",
                table: "monitor_audit",
                columns: new[] { "actor", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_monitor_audit_run_id",
                schema: "coordination",
                table: "monitor_audit",
                column: "run_id",
                filter: "run_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_monitor_operation_created_at_id",
                schema: "coordination",
                table: "monitor_operation",
                columns: new[] { "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_monitor_operation_open",
                schema: "coordination",
                table: "monitor_operation",
                column: "created_at",
                filter: "ended_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_monitor_operation_item_waiting",
                schema: "coordination",
                table: "monitor_operation_item",
                columns: new[] { "operation_id", "position" },
                filter: "status = 'waiting'");

            migrationBuilder.Sql(AuditGuardV1.Postgres);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(AuditGuardV1.PostgresDown);

            migrationBuilder.DropTable(
                name: "monitor_audit",
                schema: "coordination");

            migrationBuilder.DropTable(
                name: "monitor_operation",
                schema: "coordination");

            migrationBuilder.DropTable(
                name: "monitor_operation_item",
                schema: "coordination");
        }
    }
}
