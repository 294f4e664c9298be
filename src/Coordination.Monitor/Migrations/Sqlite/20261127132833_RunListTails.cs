using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Monitor.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class RunListTails : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(RunListV2.Sqlite);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(RunListV2.SqliteDown);
        }
    }
}
