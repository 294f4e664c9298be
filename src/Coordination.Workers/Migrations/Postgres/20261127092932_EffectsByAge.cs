using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Workers.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class EffectsByAge : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_effect_created",
                schema: "coordination",
                table: "effect",
                columns: new[] { "created_at", "effect_key" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_effect_created",
                schema: "coordination",
                table: "effect");
        }
    }
}
