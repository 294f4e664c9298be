using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class DeadLetterGroups : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "alike",
                table: "dead_letter",
                type: "TEXT",
                nullable: true,
                computedColumnSql: "direction || char(31) || endpoint || char(31) || reason || char(31) || message_type || char(31) || coalesce(json_extract(failures, '$[#-1].error'), '')",
                stored: false);

            migrationBuilder.AddColumn<string>(
                name: "error",
                table: "dead_letter",
                type: "TEXT",
                nullable: true,
                computedColumnSql: "json_extract(failures, '$[#-1].error')",
                stored: false);

            migrationBuilder.CreateIndex(
                name: "ix_dead_letter_alike",
                table: "dead_letter",
                columns: new[] { "alike", "id", "parked_at", "replaces" },
                filter: "state = 'open'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_dead_letter_alike",
                table: "dead_letter");

            migrationBuilder.DropColumn(
                name: "alike",
                table: "dead_letter");

            migrationBuilder.DropColumn(
                name: "error",
                table: "dead_letter");
        }
    }
}
