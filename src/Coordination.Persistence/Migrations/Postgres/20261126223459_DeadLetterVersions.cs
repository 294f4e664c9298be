using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Persistence.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class DeadLetterVersions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_dead_letter_direction_endpoint_message_id",
                schema: "coordination",
                table: "dead_letter");

            migrationBuilder.AddColumn<string>(
                name: "failures",
                schema: "coordination",
                table: "redelivery",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "failures",
                schema: "coordination",
                table: "outbox",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "failures",
                schema: "coordination",
                table: "dead_letter",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "replaced_by",
                schema: "coordination",
                table: "dead_letter",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "replaces",
                schema: "coordination",
                table: "dead_letter",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "settled_at",
                schema: "coordination",
                table: "dead_letter",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "settled_because",
                schema: "coordination",
                table: "dead_letter",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "settled_by",
                schema: "coordination",
                table: "dead_letter",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "state",
                schema: "coordination",
                table: "dead_letter",
                type: "text",
                nullable: false,
                defaultValue: "open");

            migrationBuilder.CreateIndex(
                name: "ix_dead_letter_direction_endpoint_message_id",
                schema: "coordination",
                table: "dead_letter",
                columns: new[] { "direction", "endpoint", "message_id" },
                unique: true,
                filter: "state = 'open'");

            migrationBuilder.CreateIndex(
                name: "ix_dead_letter_message_id",
                schema: "coordination",
                table: "dead_letter",
                column: "message_id");

            migrationBuilder.CreateIndex(
                name: "ix_dead_letter_open",
                schema: "coordination",
                table: "dead_letter",
                column: "id",
                filter: "state = 'open'");

            migrationBuilder.CreateIndex(
                name: "ix_dead_letter_settled_at",
                schema: "coordination",
                table: "dead_letter",
                column: "settled_at",
                filter: "settled_at IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_dead_letter_direction_endpoint_message_id",
                schema: "coordination",
                table: "dead_letter");

            migrationBuilder.DropIndex(
                name: "ix_dead_letter_message_id",
                schema: "coordination",
                table: "dead_letter");

            migrationBuilder.DropIndex(
                name: "ix_dead_letter_open",
                schema: "coordination",
                table: "dead_letter");

            migrationBuilder.DropIndex(
                name: "ix_dead_letter_settled_at",
                schema: "coordination",
                table: "dead_letter");

            migrationBuilder.DropColumn(
                name: "failures",
                schema: "coordination",
                table: "redelivery");

            migrationBuilder.DropColumn(
                name: "failures",
                schema: "coordination",
                table: "outbox");

            migrationBuilder.DropColumn(
                name: "failures",
                schema: "coordination",
                table: "dead_letter");

            migrationBuilder.DropColumn(
                name: "replaced_by",
                schema: "coordination",
                table: "dead_letter");

            migrationBuilder.DropColumn(
                name: "replaces",
                schema: "coordination",
                table: "dead_letter");

            migrationBuilder.DropColumn(
                name: "settled_at",
                schema: "coordination",
                table: "dead_letter");

            migrationBuilder.DropColumn(
                name: "settled_because",
                schema: "coordination",
                table: "dead_letter");

            migrationBuilder.DropColumn(
                name: "settled_by",
                schema: "coordination",
                table: "dead_letter");

            migrationBuilder.DropColumn(
                name: "state",
                schema: "coordination",
                table: "dead_letter");

            migrationBuilder.CreateIndex(
                name: "ix_dead_letter_direction_endpoint_message_id",
                schema: "coordination",
                table: "dead_letter",
                columns: new[] { "direction", "endpoint", "message_id" },
                unique: true);
        }
    }
}
