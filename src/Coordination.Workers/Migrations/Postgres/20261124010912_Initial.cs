using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Workers.Migrations.Postgres
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
                name: "step_claim",
                schema: "coordination",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    step_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    attempt = table.Column<int>(type: "integer", nullable: false),
                    compensating = table.Column<bool>(type: "boolean", nullable: false),
                    agent_type = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    tenant = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "character varying(8)", maxLength: 8, nullable: false),
                    owner = table.Column<string>(type: "text", nullable: true),
                    epoch = table.Column<long>(type: "bigint", nullable: false),
                    crashes = table.Column<int>(type: "integer", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    cancel_requested = table.Column<bool>(type: "boolean", nullable: false),
                    message = table.Column<byte[]>(type: "bytea", nullable: false),
                    envelope = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    claimed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_step_claim", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_step_claim_done",
                schema: "coordination",
                table: "step_claim",
                column: "expires_at",
                filter: "state = 'done'");

            migrationBuilder.CreateIndex(
                name: "ix_step_claim_open",
                schema: "coordination",
                table: "step_claim",
                columns: new[] { "agent_type", "expires_at" },
                filter: "state = 'open'");

            migrationBuilder.CreateIndex(
                name: "ix_step_claim_run_id_step_id_attempt_compensating",
                schema: "coordination",
                table: "step_claim",
                columns: new[] { "run_id", "step_id", "attempt", "compensating" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "step_claim",
                schema: "coordination");
        }
    }
}
