using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Monitor.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class RunList : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(RunViewsV1.Postgres);
            migrationBuilder.Sql(RunListV1.Postgres);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(RunListV1.PostgresDown);
            migrationBuilder.Sql(RunViewsV1.PostgresDown);
        }
    }
}
