using Coordination.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Coordination.Sagas.Runs;

/// <summary>The tables of runs and of the agent types they may use.</summary>
public abstract class RunsDbContext(DbContextOptions options) : ModuleDbContext(options)
{
    public const string Module = "runs";

    public DbSet<RunSaga> Runs => Set<RunSaga>();

    protected override void DefineModel(ModelBuilder model)
    {
        model.Entity<RunSaga>(run =>
        {
            run.ToTable("run");
            run.HasKey(x => x.CorrelationId);
            run.Property(x => x.CorrelationId).HasColumnName("run_id").ValueGeneratedNever();
            run.Ignore(x => x.IsNothing);
            // The only index besides the key: on a column that never changes, so that every step's update stays within its page.
            run.HasIndex(x => x.AcceptedAt);
        });
        model.Entity<RunScopeRecord>(scope =>
        {
            scope.ToTable("run_scope");
            scope.HasKey(x => new
            {
                x.Tenant,
                x.Requester,
                x.Scope,
            });
        });
        model.Entity<RunJoinRecord>(join =>
        {
            join.ToTable("run_join");
            join.HasKey(x => x.RunId);
            join.Property(x => x.RunId).ValueGeneratedNever();
            join.HasIndex(x => x.JoinedRunId);
        });
        model.Entity<RunRejectionRecord>(rejection =>
        {
            rejection.ToTable("run_rejection");
            rejection.HasKey(x => x.MessageId);
            rejection.Property(x => x.MessageId).ValueGeneratedNever();
            rejection.HasIndex(x => x.RunId);
            rejection.HasIndex(x => x.At);
        });
        model.Entity<RunHistoryRecord>(history =>
        {
            history.ToTable("run_history");
            history.HasKey(x => new { x.RunId, x.Seq });
        });
        model.Entity<AgentTypeRecord>(type =>
        {
            type.ToTable("agent_type");
            type.HasKey(x => x.AgentType);
        });
        model.Entity<AgentInstanceRecord>(instance =>
        {
            instance.ToTable("agent_instance");
            instance.HasKey(x => new { x.AgentType, x.Instance });
        });
    }
}

/// <summary>The tables of runs on PostgreSQL.</summary>
public sealed class PostgresRunsDbContext(DbContextOptions<PostgresRunsDbContext> options) : RunsDbContext(options);

/// <summary>The tables of runs on SQLite.</summary>
public sealed class SqliteRunsDbContext(DbContextOptions<SqliteRunsDbContext> options) : RunsDbContext(options);

internal sealed class PostgresRunsDesign : IDesignTimeDbContextFactory<PostgresRunsDbContext>
{
    public PostgresRunsDbContext CreateDbContext(string[] args) =>
        new(DesignTimeOptions.Postgres<PostgresRunsDbContext>(RunsDbContext.Module));
}

internal sealed class SqliteRunsDesign : IDesignTimeDbContextFactory<SqliteRunsDbContext>
{
    public SqliteRunsDbContext CreateDbContext(string[] args) => new(DesignTimeOptions.Sqlite<SqliteRunsDbContext>(RunsDbContext.Module));
}
