using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Sagas.Migrations.ConsensusPostgres
{
    /// <inheritdoc />
    public partial class UndecidedBallots : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_ballot_undecided",
                schema: "coordination",
                table: "ballot",
                columns: new[] { "opened_at", "ballot_id" },
                filter: "status <> 'Decided'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_ballot_undecided",
                schema: "coordination",
                table: "ballot");
        }
    }
}
