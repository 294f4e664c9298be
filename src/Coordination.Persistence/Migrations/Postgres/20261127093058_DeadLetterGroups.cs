using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Persistence.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class DeadLetterGroups : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "alike",
                schema: "coordination",
                table: "dead_letter",
                type: "text",
                nullable: true,
                computedColumnSql: "md5(direction || chr(31) || endpoint || chr(31) || reason || chr(31) || message_type || chr(31) || coalesce((failures::json -> -1) ->> 'error', ''))",
                stored: true);

            migrationBuilder.AddColumn<string>(
                name: "error",
                schema: "coordination",
                table: "dead_letter",
                type: "text",
                nullable: true,
                computedColumnSql: "(failures::json -> -1) ->> 'error'",
                stored: true);

            migrationBuilder.CreateIndex(
                name: "ix_dead_letter_alike",
                schema: "coordination",
                table: "dead_letter",
                columns: new[] { "alike", "id", "parked_at", "replaces" },
                filter: "state = 'open'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_dead_letter_alike",
                schema: "coordination",
                table: "dead_letter");

            migrationBuilder.DropColumn(
                name: "alike",
                schema: "coordination",
                table: "dead_letter");

            migrationBuilder.DropColumn(
                name: "error",
                schema: "coordination",
                table: "dead_letter");
        }
    }
}
