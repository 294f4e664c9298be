using Coordination.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Coordination.Workers;

/// <summary>The workers' tables: claims on attempts of steps, the journal of effects, retry budgets.</summary>
public abstract class WorkersDbContext(DbContextOptions options) : ModuleDbContext(options)
{
    public const string Module = "workers";

    protected override void DefineModel(ModelBuilder model)
    {
        EffectTables.Define(model);
        model.Entity<StepClaimRecord>(claim =>
        {
            claim.ToTable("step_claim");
            claim.HasKey(x => x.Id);
            claim
                .HasIndex(x => new
                {
                    x.RunId,
                    x.StepId,
                    x.Attempt,
                    x.Compensating,
                })
                .IsUnique();
            claim.HasIndex(x => new { x.AgentType, x.ExpiresAt }, "ix_step_claim_open").HasFilter("state = 'open'");
            claim.HasIndex(x => x.ExpiresAt, "ix_step_claim_done").HasFilter("state = 'done'");
            claim.Property(x => x.StepId).HasMaxLength(64);
            claim.Property(x => x.AgentType).HasMaxLength(64);
            claim.Property(x => x.State).HasMaxLength(8);
        });
    }
}

/// <summary>A claim on one attempt of a step or of its compensation.</summary>
public sealed class StepClaimRecord
{
    public Guid Id { get; set; }
    public Guid RunId { get; set; }
    public required string StepId { get; set; }
    public int Attempt { get; set; }
    public bool Compensating { get; set; }
    public required string AgentType { get; set; }
    public required string Tenant { get; set; }

    /// <summary><c>open</c> or <c>done</c>.</summary>
    public required string State { get; set; }

    /// <summary>The process that has it; null when nobody has.</summary>
    public string? Owner { get; set; }

    /// <summary>Rises with every change of hands.</summary>
    public long Epoch { get; set; }

    /// <summary>Owners that vanished.</summary>
    public int Crashes { get; set; }

    /// <summary>Open: from then on anyone may take it. Done: when it was closed.</summary>
    public DateTimeOffset ExpiresAt { get; set; }
    public bool CancelRequested { get; set; }

    /// <summary>What to do, as JSON.</summary>
    public required byte[] Message { get; set; }

    /// <summary>The envelope of the message that asked, as JSON.</summary>
    public required string Envelope { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset ClaimedAt { get; set; }
}

/// <summary>The workers' table on PostgreSQL.</summary>
public sealed class PostgresWorkersDbContext(DbContextOptions<PostgresWorkersDbContext> options) : WorkersDbContext(options);

/// <summary>The workers' table on SQLite.</summary>
public sealed class SqliteWorkersDbContext(DbContextOptions<SqliteWorkersDbContext> options) : WorkersDbContext(options);

internal sealed class PostgresWorkersDesign : IDesignTimeDbContextFactory<PostgresWorkersDbContext>
{
    public PostgresWorkersDbContext CreateDbContext(string[] args) =>
        new(DesignTimeOptions.Postgres<PostgresWorkersDbContext>(WorkersDbContext.Module));
}

internal sealed class SqliteWorkersDesign : IDesignTimeDbContextFactory<SqliteWorkersDbContext>
{
    public SqliteWorkersDbContext CreateDbContext(string[] args) =>
        new(DesignTimeOptions.Sqlite<SqliteWorkersDbContext>(WorkersDbContext.Module));
}
