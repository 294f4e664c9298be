using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Sagas.Migrations.ConsensusPostgres
{
    /// <inheritdoc />
    public partial class InitialConsensus : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "coordination");

            migrationBuilder.CreateTable(
                name: "ballot",
                schema: "coordination",
                columns: table => new
                {
                    ballot_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    tenant = table.Column<string>(type: "text", nullable: false),
                    policy = table.Column<string>(type: "text", nullable: false),
                    tier = table.Column<string>(type: "text", nullable: false),
                    requester = table.Column<string>(type: "text", nullable: false),
                    question = table.Column<string>(type: "text", nullable: false),
                    options = table.Column<string>(type: "text", nullable: false),
                    voters = table.Column<int>(type: "integer", nullable: false),
                    round = table.Column<int>(type: "integer", nullable: false),
                    opened_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ends_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    outcome = table.Column<string>(type: "text", nullable: true),
                    option = table.Column<string>(type: "text", nullable: true),
                    decided_by = table.Column<string>(type: "text", nullable: true),
                    decided_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    people = table.Column<int>(type: "integer", nullable: true),
                    opening = table.Column<string>(type: "text", nullable: false),
                    progress = table.Column<string>(type: "text", nullable: false),
                    record_hash = table.Column<string>(type: "text", nullable: false),
                    run_id = table.Column<Guid>(type: "uuid", nullable: true),
                    transaction_id = table.Column<Guid>(type: "uuid", nullable: false),
                    hops = table.Column<int>(type: "integer", nullable: false),
                    trace_parent = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_ballot", x => x.ballot_id);
                });

            migrationBuilder.CreateTable(
                name: "ballot_decision",
                schema: "coordination",
                columns: table => new
                {
                    ballot_id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant = table.Column<string>(type: "text", nullable: false),
                    outcome = table.Column<string>(type: "text", nullable: false),
                    option = table.Column<string>(type: "text", nullable: true),
                    arguments_hash = table.Column<byte[]>(type: "bytea", nullable: true),
                    tier = table.Column<string>(type: "text", nullable: false),
                    decided_by = table.Column<string>(type: "text", nullable: false),
                    decided_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    policy = table.Column<string>(type: "text", nullable: false),
                    run_id = table.Column<Guid>(type: "uuid", nullable: true),
                    step_id = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_ballot_decision", x => x.ballot_id);
                });

            migrationBuilder.CreateTable(
                name: "ballot_record",
                schema: "coordination",
                columns: table => new
                {
                    ballot_id = table.Column<Guid>(type: "uuid", nullable: false),
                    seq = table.Column<int>(type: "integer", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    line = table.Column<string>(type: "text", nullable: false),
                    hash = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_ballot_record", x => new { x.ballot_id, x.seq });
                });

            migrationBuilder.CreateTable(
                name: "ballot_rejection",
                schema: "coordination",
                columns: table => new
                {
                    message_id = table.Column<Guid>(type: "uuid", nullable: false),
                    ballot_id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    problems = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_ballot_rejection", x => x.message_id);
                });

            migrationBuilder.CreateTable(
                name: "voter_competence",
                schema: "coordination",
                columns: table => new
                {
                    tenant = table.Column<string>(type: "text", nullable: false),
                    voter = table.Column<string>(type: "text", nullable: false),
                    domain = table.Column<string>(type: "text", nullable: false),
                    judged = table.Column<int>(type: "integer", nullable: false),
                    correct = table.Column<int>(type: "integer", nullable: false),
                    squared_error = table.Column<double>(type: "double precision", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_voter_competence", x => new { x.tenant, x.voter, x.domain });
                });

            migrationBuilder.CreateIndex(
                name: "ix_ballot_opened_at",
                schema: "coordination",
                table: "ballot",
                column: "opened_at");

            migrationBuilder.CreateIndex(
                name: "ix_ballot_rejection_ballot_id",
                schema: "coordination",
                table: "ballot_rejection",
                column: "ballot_id");

            migrationBuilder.Sql(BallotViewsV1.Postgres);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(BallotViewsV1.DropPostgres);

            migrationBuilder.DropTable(
                name: "ballot",
                schema: "coordination");

            migrationBuilder.DropTable(
                name: "ballot_decision",
                schema: "coordination");

            migrationBuilder.DropTable(
                name: "ballot_record",
                schema: "coordination");

            migrationBuilder.DropTable(
                name: "ballot_rejection",
                schema: "coordination");

            migrationBuilder.DropTable(
                name: "voter_competence",
                schema: "coordination");
        }
    }
}
