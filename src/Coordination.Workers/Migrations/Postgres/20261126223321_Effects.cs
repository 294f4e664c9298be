using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Workers.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Effects : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "effect",
                schema: "coordination",
                columns: table => new
                {
                    tenant = table.Column<string>(type: "text", nullable: false),
                    effect_key = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    step_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    compensating = table.Column<bool>(type: "boolean", nullable: false),
                    tool = table.Column<string>(type: "text", nullable: false),
                    @class = table.Column<string>(name: "class", type: "text", nullable: false),
                    scope = table.Column<string>(type: "text", nullable: false),
                    args_hash = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    calls = table.Column<int>(type: "integer", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_effect", x => new { x.tenant, x.effect_key });
                });

            migrationBuilder.CreateTable(
                name: "effect_guard",
                schema: "coordination",
                columns: table => new
                {
                    tenant = table.Column<string>(type: "text", nullable: false),
                    guard = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    effect_key = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    tool = table.Column<string>(type: "text", nullable: false),
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    step_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    held_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_effect_guard", x => new { x.tenant, x.guard });
                });

            migrationBuilder.CreateTable(
                name: "effect_journal",
                schema: "coordination",
                columns: table => new
                {
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    step_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    compensating = table.Column<bool>(type: "boolean", nullable: false),
                    attempt = table.Column<int>(type: "integer", nullable: false),
                    epoch = table.Column<long>(type: "bigint", nullable: false),
                    worker = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    definition = table.Column<string>(type: "text", nullable: true),
                    tool = table.Column<string>(type: "text", nullable: true),
                    @class = table.Column<string>(name: "class", type: "text", nullable: true),
                    effect_key = table.Column<string>(type: "text", nullable: true),
                    args_hash = table.Column<string>(type: "text", nullable: true),
                    args = table.Column<byte[]>(type: "bytea", nullable: true),
                    status = table.Column<string>(type: "text", nullable: true),
                    result = table.Column<byte[]>(type: "bytea", nullable: true),
                    code = table.Column<string>(type: "text", nullable: true),
                    detail = table.Column<string>(type: "text", nullable: true),
                    retry_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    model = table.Column<string>(type: "text", nullable: true),
                    input_tokens = table.Column<long>(type: "bigint", nullable: true),
                    output_tokens = table.Column<long>(type: "bigint", nullable: true),
                    cost_micro_usd = table.Column<long>(type: "bigint", nullable: true),
                    duration_ms = table.Column<long>(type: "bigint", nullable: true),
                    trace_id = table.Column<string>(type: "text", nullable: true),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_effect_journal", x => new { x.run_id, x.seq });
                });

            migrationBuilder.CreateTable(
                name: "retry_budget",
                schema: "coordination",
                columns: table => new
                {
                    backend = table.Column<string>(type: "text", nullable: false),
                    slot = table.Column<long>(type: "bigint", nullable: false),
                    worker = table.Column<string>(type: "text", nullable: false),
                    firsts = table.Column<long>(type: "bigint", nullable: false),
                    retries = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_retry_budget", x => new { x.backend, x.slot, x.worker });
                });

            migrationBuilder.CreateIndex(
                name: "ix_effect_doubt",
                schema: "coordination",
                table: "effect",
                column: "changed_at",
                filter: "status = 'indoubt'");

            migrationBuilder.CreateIndex(
                name: "ix_effect_run",
                schema: "coordination",
                table: "effect",
                column: "run_id");

            migrationBuilder.CreateIndex(
                name: "ix_effect_guard_until",
                schema: "coordination",
                table: "effect_guard",
                column: "held_until");

            migrationBuilder.CreateIndex(
                name: "ix_effect_journal_first",
                schema: "coordination",
                table: "effect_journal",
                column: "at",
                filter: "seq = 1");

            migrationBuilder.Sql(EffectViewsV1.Postgres);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(EffectViewsV1.PostgresDown);

            migrationBuilder.DropTable(
                name: "effect",
                schema: "coordination");

            migrationBuilder.DropTable(
                name: "effect_guard",
                schema: "coordination");

            migrationBuilder.DropTable(
                name: "effect_journal",
                schema: "coordination");

            migrationBuilder.DropTable(
                name: "retry_budget",
                schema: "coordination");
        }
    }
}
