using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Sagas.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class RunRetention : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_run_rejection_at",
                table: "run_rejection",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_run_join_joined_run_id",
                table: "run_join",
                column: "joined_run_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_run_rejection_at",
                table: "run_rejection");

            migrationBuilder.DropIndex(
                name: "ix_run_join_joined_run_id",
                table: "run_join");
        }
    }
}
