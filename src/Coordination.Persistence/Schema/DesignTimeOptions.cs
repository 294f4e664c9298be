using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Coordination.Persistence;

/// <summary>Context options for <c>dotnet ef migrations add</c>, which never connects. A module's design-time factories are one line each with it.</summary>
public static class DesignTimeOptions
{
    public static DbContextOptions<TContext> Postgres<TContext>(string module)
        where TContext : ModuleDbContext =>
        new DbContextOptionsBuilder<TContext>()
            .UseNpgsql("Host=localhost", o => o.MigrationsHistoryTable(SchemaModule.HistoryTable(module), ModuleDbContext.SchemaName))
            .Options;

    public static DbContextOptions<TContext> Sqlite<TContext>(string module)
        where TContext : ModuleDbContext =>
        new DbContextOptionsBuilder<TContext>()
            .UseSqlite("Data Source=design.db", o => o.MigrationsHistoryTable(SchemaModule.HistoryTable(module)))
            .Options;
}

internal sealed class PostgresMessagingDesign : IDesignTimeDbContextFactory<PostgresMessagingDbContext>
{
    public PostgresMessagingDbContext CreateDbContext(string[] args) =>
        new(DesignTimeOptions.Postgres<PostgresMessagingDbContext>(SchemaModule.Messaging));
}

internal sealed class SqliteMessagingDesign : IDesignTimeDbContextFactory<SqliteMessagingDbContext>
{
    public SqliteMessagingDbContext CreateDbContext(string[] args) =>
        new(DesignTimeOptions.Sqlite<SqliteMessagingDbContext>(SchemaModule.Messaging));
}
