using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Workers.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Effects : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "effect",
                columns: table => new
                {
                    tenant = table.Column<string>(type: "TEXT", nullable: false),
                    effect_key = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    run_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    step_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    compensating = table.Column<bool>(type: "INTEGER", nullable: false),
                    tool = table.Column<string>(type: "TEXT", nullable: false),
                    @class = table.Column<string>(name: "class", type: "TEXT", nullable: false),
                    scope = table.Column<string>(type: "TEXT", nullable: false),
                    args_hash = table.Column<string>(type: "TEXT", nullable: false),
                    status = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    calls = table.Column<int>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    changed_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_effect", x => new { x.tenant, x.effect_key });
                });

            migrationBuilder.CreateTable(
                name: "effect_guard",
                columns: table => new
                {
                    tenant = table.Column<string>(type: "TEXT", nullable: false),
                    guard = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    effect_key = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    tool = table.Column<string>(type: "TEXT", nullable: false),
                    run_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    step_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    held_until = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_effect_guard", x => new { x.tenant, x.guard });
                });

            migrationBuilder.CreateTable(
                name: "effect_journal",
                columns: table => new
                {
                    run_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    seq = table.Column<long>(type: "INTEGER", nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    step_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    compensating = table.Column<bool>(type: "INTEGER", nullable: false),
                    attempt = table.Column<int>(type: "INTEGER", nullable: false),
                    epoch = table.Column<long>(type: "INTEGER", nullable: false),
                    worker = table.Column<string>(type: "TEXT", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    definition = table.Column<string>(type: "TEXT", nullable: true),
                    tool = table.Column<string>(type: "TEXT", nullable: true),
                    @class = table.Column<string>(name: "class", type: "TEXT", nullable: true),
                    effect_key = table.Column<string>(type: "TEXT", nullable: true),
                    args_hash = table.Column<string>(type: "TEXT", nullable: true),
                    args = table.Column<byte[]>(type: "BLOB", nullable: true),
                    status = table.Column<string>(type: "TEXT", nullable: true),
                    result = table.Column<byte[]>(type: "BLOB", nullable: true),
                    code = table.Column<string>(type: "TEXT", nullable: true),
                    detail = table.Column<string>(type: "TEXT", nullable: true),
                    retry_at = table.Column<long>(type: "INTEGER", nullable: true),
                    model = table.Column<string>(type: "TEXT", nullable: true),
                    input_tokens = table.Column<long>(type: "INTEGER", nullable: true),
                    output_tokens = table.Column<long>(type: "INTEGER", nullable: true),
                    cost_micro_usd = table.Column<long>(type: "INTEGER", nullable: true),
                    duration_ms = table.Column<long>(type: "INTEGER", nullable: true),
                    trace_id = table.Column<string>(type: "TEXT", nullable: true),
                    hash = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_effect_journal", x => new { x.run_id, x.seq });
                });

            migrationBuilder.CreateTable(
                name: "retry_budget",
                columns: table => new
                {
                    backend = table.Column<string>(type: "TEXT", nullable: false),
                    slot = table.Column<long>(type: "INTEGER", nullable: false),
                    worker = table.Column<string>(type: "TEXT", nullable: false),
                    firsts = table.Column<long>(type: "INTEGER", nullable: false),
                    retries = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_retry_budget", x => new { x.backend, x.slot, x.worker });
                });

            migrationBuilder.CreateIndex(
                name: "ix_effect_doubt",
                table: "effect",
                column: "changed_at",
                filter: "status = 'indoubt'");

            migrationBuilder.CreateIndex(
                name: "ix_effect_run",
                table: "effect",
                column: "run_id");

            migrationBuilder.CreateIndex(
                name: "ix_effect_guard_until",
                table: "effect_guard",
                column: "held_until");

            migrationBuilder.CreateIndex(
                name: "ix_effect_journal_first",
                table: "effect_journal",
                column: "at",
                filter: "seq = 1");

            migrationBuilder.Sql(EffectViewsV1.Sqlite);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(EffectViewsV1.SqliteDown);

            migrationBuilder.DropTable(
                name: "effect");

            migrationBuilder.DropTable(
                name: "effect_guard");

            migrationBuilder.DropTable(
                name: "effect_journal");

            migrationBuilder.DropTable(
                name: "retry_budget");
        }
    }
}
