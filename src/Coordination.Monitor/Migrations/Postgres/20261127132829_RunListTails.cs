using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Monitor.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class RunListTails : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(RunListV2.Postgres);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(RunListV2.PostgresDown);
        }
    }
}
