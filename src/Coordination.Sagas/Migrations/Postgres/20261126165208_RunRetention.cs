using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Sagas.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class RunRetention : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_run_rejection_at",
                schema: "coordination",
                table: "run_rejection",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_run_join_joined_run_id",
                schema: "coordination",
                table: "run_join",
                column: "joined_run_id");

            // History is only appended to: its pages are frozen while they are still in memory. Of a large table of runs only the newest change: vacuum must not wait
            // for a fifth of it.
            migrationBuilder.Sql(
                """
                ALTER TABLE coordination.run_history SET (autovacuum_freeze_min_age = 0, autovacuum_vacuum_insert_scale_factor = 0.05);
                ALTER TABLE coordination.run SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                ALTER TABLE coordination.run_history RESET (autovacuum_freeze_min_age, autovacuum_vacuum_insert_scale_factor);
                ALTER TABLE coordination.run RESET (autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor);
                """);

            migrationBuilder.DropIndex(
                name: "ix_run_rejection_at",
                schema: "coordination",
                table: "run_rejection");

            migrationBuilder.DropIndex(
                name: "ix_run_join_joined_run_id",
                schema: "coordination",
                table: "run_join");
        }
    }
}
