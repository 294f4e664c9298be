using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Sagas.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class InitialRuns : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "agent_instance",
                columns: table => new
                {
                    agent_type = table.Column<string>(type: "TEXT", nullable: false),
                    instance = table.Column<string>(type: "TEXT", nullable: false),
                    build = table.Column<string>(type: "TEXT", nullable: false),
                    contracts = table.Column<string>(type: "TEXT", nullable: false),
                    compensates = table.Column<bool>(type: "INTEGER", nullable: false),
                    last_seen_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_agent_instance", x => new { x.agent_type, x.instance });
                });

            migrationBuilder.CreateTable(
                name: "agent_type",
                columns: table => new
                {
                    agent_type = table.Column<string>(type: "TEXT", nullable: false),
                    first_seen_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_agent_type", x => x.agent_type);
                });

            migrationBuilder.CreateTable(
                name: "run",
                columns: table => new
                {
                    run_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    status = table.Column<string>(type: "TEXT", nullable: false),
                    tenant = table.Column<string>(type: "TEXT", nullable: false),
                    requester = table.Column<string>(type: "TEXT", nullable: false),
                    business_scope = table.Column<string>(type: "TEXT", nullable: true),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    plan_hash = table.Column<string>(type: "TEXT", nullable: false),
                    plan = table.Column<string>(type: "TEXT", nullable: false),
                    steps = table.Column<string>(type: "TEXT", nullable: false),
                    content = table.Column<string>(type: "TEXT", nullable: true),
                    accepted_at = table.Column<long>(type: "INTEGER", nullable: false),
                    deadline_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: true),
                    reason = table.Column<string>(type: "TEXT", nullable: true),
                    failed_step = table.Column<string>(type: "TEXT", nullable: true),
                    ending = table.Column<string>(type: "TEXT", nullable: true),
                    history_count = table.Column<int>(type: "INTEGER", nullable: false),
                    compensated = table.Column<string>(type: "TEXT", nullable: false),
                    outputs = table.Column<string>(type: "TEXT", nullable: true),
                    transaction_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    hops = table.Column<int>(type: "INTEGER", nullable: false),
                    trace_parent = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_run", x => x.run_id);
                });

            migrationBuilder.CreateTable(
                name: "run_history",
                columns: table => new
                {
                    run_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    seq = table.Column<int>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    type = table.Column<string>(type: "TEXT", nullable: false),
                    step_id = table.Column<string>(type: "TEXT", nullable: true),
                    attempt = table.Column<int>(type: "INTEGER", nullable: true),
                    message_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    causation_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    data = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_run_history", x => new { x.run_id, x.seq });
                });

            migrationBuilder.CreateTable(
                name: "run_join",
                columns: table => new
                {
                    run_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    joined_run_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_run_join", x => x.run_id);
                });

            migrationBuilder.CreateTable(
                name: "run_rejection",
                columns: table => new
                {
                    message_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    run_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant = table.Column<string>(type: "TEXT", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: false),
                    problems = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_run_rejection", x => x.message_id);
                });

            migrationBuilder.CreateTable(
                name: "run_scope",
                columns: table => new
                {
                    tenant = table.Column<string>(type: "TEXT", nullable: false),
                    requester = table.Column<string>(type: "TEXT", nullable: false),
                    scope = table.Column<string>(type: "TEXT", nullable: false),
                    run_id = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_run_scope", x => new { x.tenant, x.requester, x.scope });
                });

            migrationBuilder.CreateIndex(
                name: "ix_run_accepted_at",
                table: "run",
                column: "accepted_at");

            migrationBuilder.CreateIndex(
                name: "ix_run_rejection_run_id",
                table: "run_rejection",
                column: "run_id");

            migrationBuilder.Sql(RunViewsV1.Sqlite);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(RunViewsV1.DropSqlite);

            migrationBuilder.DropTable(
                name: "agent_instance");

            migrationBuilder.DropTable(
                name: "agent_type");

            migrationBuilder.DropTable(
                name: "run");

            migrationBuilder.DropTable(
                name: "run_history");

            migrationBuilder.DropTable(
                name: "run_join");

            migrationBuilder.DropTable(
                name: "run_rejection");

            migrationBuilder.DropTable(
                name: "run_scope");
        }
    }
}
