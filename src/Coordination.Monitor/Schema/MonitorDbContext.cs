using Coordination.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Coordination.Monitor;

/// <summary>The monitor's tables: operations of people and the audit of them.</summary>
public abstract class MonitorDbContext(DbContextOptions options) : ModuleDbContext(options)
{
    public const string Module = "monitor";

    protected override void DefineModel(ModelBuilder model)
    {
        model.Entity<OperationRecord>(operation =>
        {
            operation.ToTable("monitor_operation");
            operation.HasKey(x => x.Id);
            operation.Property(x => x.Id).ValueGeneratedNever();
            operation.HasIndex(x => new { x.CreatedAt, x.Id });
            operation.HasIndex(x => x.CreatedAt, "ix_monitor_operation_open").HasFilter("ended_at IS NULL");
        });
        model.Entity<OperationItemRecord>(item =>
        {
            item.ToTable("monitor_operation_item");
            item.HasKey(x => new { x.OperationId, x.Position });
            item.HasIndex(x => new { x.OperationId, x.Position }, "ix_monitor_operation_item_waiting").HasFilter("status = 'waiting'");
        });
        model.Entity<AnswerRecord>(answer =>
        {
            answer.ToTable("monitor_answer");
            answer.HasKey(x => x.Subject);
        });
        model.Entity<AuditRecord>(audit =>
        {
            audit.ToTable("monitor_audit");
            audit.HasKey(x => x.Id);
            audit.HasIndex(x => x.RunId).HasFilter("run_id IS NOT NULL");
            audit.HasIndex(x => new { x.Actor, x.Id });
        });
    }
}

/// <summary>The monitor's tables on PostgreSQL.</summary>
public sealed class PostgresMonitorDbContext(DbContextOptions<PostgresMonitorDbContext> options) : MonitorDbContext(options);

/// <summary>The monitor's tables on SQLite.</summary>
public sealed class SqliteMonitorDbContext(DbContextOptions<SqliteMonitorDbContext> options) : MonitorDbContext(options);

internal sealed class PostgresMonitorDesign : IDesignTimeDbContextFactory<PostgresMonitorDbContext>
{
    public PostgresMonitorDbContext CreateDbContext(string[] args) =>
        new(DesignTimeOptions.Postgres<PostgresMonitorDbContext>(MonitorDbContext.Module));
}

internal sealed class SqliteMonitorDesign : IDesignTimeDbContextFactory<SqliteMonitorDbContext>
{
    public SqliteMonitorDbContext CreateDbContext(string[] args) =>
        new(DesignTimeOptions.Sqlite<SqliteMonitorDbContext>(MonitorDbContext.Module));
}
