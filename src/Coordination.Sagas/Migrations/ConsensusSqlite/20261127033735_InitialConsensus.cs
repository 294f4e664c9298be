using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Sagas.Migrations.ConsensusSqlite
{
    /// <inheritdoc />
    public partial class InitialConsensus : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "ballot",
                columns: table => new
                {
                    ballot_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    status = table.Column<string>(type: "TEXT", nullable: false),
                    tenant = table.Column<string>(type: "TEXT", nullable: false),
                    policy = table.Column<string>(type: "TEXT", nullable: false),
                    tier = table.Column<string>(type: "TEXT", nullable: false),
                    requester = table.Column<string>(type: "TEXT", nullable: false),
                    question = table.Column<string>(type: "TEXT", nullable: false),
                    options = table.Column<string>(type: "TEXT", nullable: false),
                    voters = table.Column<int>(type: "INTEGER", nullable: false),
                    round = table.Column<int>(type: "INTEGER", nullable: false),
                    opened_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ends_at = table.Column<long>(type: "INTEGER", nullable: true),
                    outcome = table.Column<string>(type: "TEXT", nullable: true),
                    option = table.Column<string>(type: "TEXT", nullable: true),
                    decided_by = table.Column<string>(type: "TEXT", nullable: true),
                    decided_at = table.Column<long>(type: "INTEGER", nullable: true),
                    people = table.Column<int>(type: "INTEGER", nullable: true),
                    opening = table.Column<string>(type: "TEXT", nullable: false),
                    progress = table.Column<string>(type: "TEXT", nullable: false),
                    record_hash = table.Column<string>(type: "TEXT", nullable: false),
                    run_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    transaction_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    hops = table.Column<int>(type: "INTEGER", nullable: false),
                    trace_parent = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_ballot", x => x.ballot_id);
                });

            migrationBuilder.CreateTable(
                name: "ballot_decision",
                columns: table => new
                {
                    ballot_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant = table.Column<string>(type: "TEXT", nullable: false),
                    outcome = table.Column<string>(type: "TEXT", nullable: false),
                    option = table.Column<string>(type: "TEXT", nullable: true),
                    arguments_hash = table.Column<byte[]>(type: "BLOB", nullable: true),
                    tier = table.Column<string>(type: "TEXT", nullable: false),
                    decided_by = table.Column<string>(type: "TEXT", nullable: false),
                    decided_at = table.Column<long>(type: "INTEGER", nullable: false),
                    policy = table.Column<string>(type: "TEXT", nullable: false),
                    run_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    step_id = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_ballot_decision", x => x.ballot_id);
                });

            migrationBuilder.CreateTable(
                name: "ballot_record",
                columns: table => new
                {
                    ballot_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    seq = table.Column<int>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    kind = table.Column<string>(type: "TEXT", nullable: false),
                    line = table.Column<string>(type: "TEXT", nullable: false),
                    hash = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_ballot_record", x => new { x.ballot_id, x.seq });
                });

            migrationBuilder.CreateTable(
                name: "ballot_rejection",
                columns: table => new
                {
                    message_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    ballot_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant = table.Column<string>(type: "TEXT", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: false),
                    problems = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_ballot_rejection", x => x.message_id);
                });

            migrationBuilder.CreateTable(
                name: "voter_competence",
                columns: table => new
                {
                    tenant = table.Column<string>(type: "TEXT", nullable: false),
                    voter = table.Column<string>(type: "TEXT", nullable: false),
                    domain = table.Column<string>(type: "TEXT", nullable: false),
                    judged = table.Column<int>(type: "INTEGER", nullable: false),
                    correct = table.Column<int>(type: "INTEGER", nullable: false),
                    squared_error = table.Column<double>(type: "REAL", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_voter_competence", x => new { x.tenant, x.voter, x.domain });
                });

            migrationBuilder.CreateIndex(
                name: "ix_ballot_opened_at",
                table: "ballot",
                column: "opened_at");

            migrationBuilder.CreateIndex(
                name: "ix_ballot_rejection_ballot_id",
                table: "ballot_rejection",
                column: "ballot_id");

            migrationBuilder.Sql(BallotViewsV1.Sqlite);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(BallotViewsV1.DropSqlite);

            migrationBuilder.DropTable(
                name: "ballot");

            migrationBuilder.DropTable(
                name: "ballot_decision");

            migrationBuilder.DropTable(
                name: "ballot_record");

            migrationBuilder.DropTable(
                name: "ballot_rejection");

            migrationBuilder.DropTable(
                name: "voter_competence");
        }
    }
}
