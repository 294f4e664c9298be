using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Sagas.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class InitialRuns : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "coordination");

            migrationBuilder.CreateTable(
                name: "agent_instance",
                schema: "coordination",
                columns: table => new
                {
                    agent_type = table.Column<string>(type: "text", nullable: false),
                    instance = table.Column<string>(type: "text", nullable: false),
                    build = table.Column<string>(type: "text", nullable: false),
                    contracts = table.Column<string>(type: "text", nullable: false),
                    compensates = table.Column<bool>(type: "boolean", nullable: false),
                    last_seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_agent_instance", x => new { x.agent_type, x.instance });
                });

            migrationBuilder.CreateTable(
                name: "agent_type",
                schema: "coordination",
                columns: table => new
                {
                    agent_type = table.Column<string>(type: "text", nullable: false),
                    first_seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_agent_type", x => x.agent_type);
                });

            migrationBuilder.CreateTable(
                name: "run",
                schema: "coordination",
                columns: table => new
                {
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    tenant = table.Column<string>(type: "text", nullable: false),
                    requester = table.Column<string>(type: "text", nullable: false),
                    business_scope = table.Column<string>(type: "text", nullable: true),
                    name = table.Column<string>(type: "text", nullable: false),
                    plan_hash = table.Column<string>(type: "text", nullable: false),
                    plan = table.Column<string>(type: "text", nullable: false),
                    steps = table.Column<string>(type: "text", nullable: false),
                    content = table.Column<string>(type: "text", nullable: true),
                    accepted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    deadline_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    reason = table.Column<string>(type: "text", nullable: true),
                    failed_step = table.Column<string>(type: "text", nullable: true),
                    ending = table.Column<string>(type: "text", nullable: true),
                    history_count = table.Column<int>(type: "integer", nullable: false),
                    compensated = table.Column<string>(type: "text", nullable: false),
                    outputs = table.Column<string>(type: "text", nullable: true),
                    transaction_id = table.Column<Guid>(type: "uuid", nullable: false),
                    hops = table.Column<int>(type: "integer", nullable: false),
                    trace_parent = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_run", x => x.run_id);
                });

            migrationBuilder.CreateTable(
                name: "run_history",
                schema: "coordination",
                columns: table => new
                {
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    seq = table.Column<int>(type: "integer", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    step_id = table.Column<string>(type: "text", nullable: true),
                    attempt = table.Column<int>(type: "integer", nullable: true),
                    message_id = table.Column<Guid>(type: "uuid", nullable: false),
                    causation_id = table.Column<Guid>(type: "uuid", nullable: true),
                    data = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_run_history", x => new { x.run_id, x.seq });
                });

            migrationBuilder.CreateTable(
                name: "run_join",
                schema: "coordination",
                columns: table => new
                {
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    joined_run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_run_join", x => x.run_id);
                });

            migrationBuilder.CreateTable(
                name: "run_rejection",
                schema: "coordination",
                columns: table => new
                {
                    message_id = table.Column<Guid>(type: "uuid", nullable: false),
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    problems = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_run_rejection", x => x.message_id);
                });

            migrationBuilder.CreateTable(
                name: "run_scope",
                schema: "coordination",
                columns: table => new
                {
                    tenant = table.Column<string>(type: "text", nullable: false),
                    requester = table.Column<string>(type: "text", nullable: false),
                    scope = table.Column<string>(type: "text", nullable: false),
                    run_id = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_run_scope", x => new { x.tenant, x.requester, x.scope });
                });

            migrationBuilder.CreateIndex(
                name: "ix_run_accepted_at",
                schema: "coordination",
                table: "run",
                column: "accepted_at");

            migrationBuilder.CreateIndex(
                name: "ix_run_rejection_run_id",
                schema: "coordination",
                table: "run_rejection",
                column: "run_id");

            migrationBuilder.Sql(RunViewsV1.Postgres);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(RunViewsV1.DropPostgres);

            migrationBuilder.DropTable(
                name: "agent_instance",
                schema: "coordination");

            migrationBuilder.DropTable(
                name: "agent_type",
                schema: "coordination");

            migrationBuilder.DropTable(
                name: "run",
                schema: "coordination");

            migrationBuilder.DropTable(
                name: "run_history",
                schema: "coordination");

            migrationBuilder.DropTable(
                name: "run_join",
                schema: "coordination");

            migrationBuilder.DropTable(
                name: "run_rejection",
                schema: "coordination");

            migrationBuilder.DropTable(
                name: "run_scope",
                schema: "coordination");
        }
    }
}
