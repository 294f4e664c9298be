using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Monitor.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class RunList : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(RunViewsV1.Sqlite);
            migrationBuilder.Sql(RunListV1.Sqlite);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(RunListV1.SqliteDown);
            migrationBuilder.Sql(RunViewsV1.SqliteDown);
        }
    }
}
