using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class DeadLetterVersions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_dead_letter_direction_endpoint_message_id",
                table: "dead_letter");

            migrationBuilder.AddColumn<string>(
                name: "failures",
                table: "redelivery",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "failures",
                table: "outbox",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "failures",
                table: "dead_letter",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "replaced_by",
                table: "dead_letter",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "replaces",
                table: "dead_letter",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "settled_at",
                table: "dead_letter",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "settled_because",
                table: "dead_letter",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "settled_by",
                table: "dead_letter",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "state",
                table: "dead_letter",
                type: "TEXT",
                nullable: false,
                defaultValue: "open");

            migrationBuilder.CreateIndex(
                name: "ix_dead_letter_direction_endpoint_message_id",
                table: "dead_letter",
                columns: new[] { "direction", "endpoint", "message_id" },
                unique: true,
                filter: "state = 'open'");

            migrationBuilder.CreateIndex(
                name: "ix_dead_letter_message_id",
                table: "dead_letter",
                column: "message_id");

            migrationBuilder.CreateIndex(
                name: "ix_dead_letter_open",
                table: "dead_letter",
                column: "id",
                filter: "state = 'open'");

            migrationBuilder.CreateIndex(
                name: "ix_dead_letter_settled_at",
                table: "dead_letter",
                column: "settled_at",
                filter: "settled_at IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_dead_letter_direction_endpoint_message_id",
                table: "dead_letter");

            migrationBuilder.DropIndex(
                name: "ix_dead_letter_message_id",
                table: "dead_letter");

            migrationBuilder.DropIndex(
                name: "ix_dead_letter_open",
                table: "dead_letter");

            migrationBuilder.DropIndex(
                name: "ix_dead_letter_settled_at",
                table: "dead_letter");

            migrationBuilder.DropColumn(
                name: "failures",
                table: "redelivery");

            migrationBuilder.DropColumn(
                name: "failures",
                table: "outbox");

            migrationBuilder.DropColumn(
                name: "failures",
                table: "dead_letter");

            migrationBuilder.DropColumn(
                name: "replaced_by",
                table: "dead_letter");

            migrationBuilder.DropColumn(
                name: "replaces",
                table: "dead_letter");

            migrationBuilder.DropColumn(
                name: "settled_at",
                table: "dead_letter");

            migrationBuilder.DropColumn(
                name: "settled_because",
                table: "dead_letter");

            migrationBuilder.DropColumn(
                name: "settled_by",
                table: "dead_letter");

            migrationBuilder.DropColumn(
                name: "state",
                table: "dead_letter");

            migrationBuilder.CreateIndex(
                name: "ix_dead_letter_direction_endpoint_message_id",
                table: "dead_letter",
                columns: new[] { "direction", "endpoint", "message_id" },
                unique: true);
        }
    }
}
