using Coordination.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Coordination.Sagas.Consensus;

/// <summary>The tables of ballots and of what voters are worth.</summary>
public abstract class ConsensusDbContext(DbContextOptions options) : ModuleDbContext(options)
{
    public const string Module = "consensus";

    public DbSet<BallotSaga> Ballots => Set<BallotSaga>();

    protected override void DefineModel(ModelBuilder model)
    {
        model.Entity<BallotSaga>(ballot =>
        {
            ballot.ToTable("ballot");
            ballot.HasKey(x => x.CorrelationId);
            ballot.Property(x => x.CorrelationId).HasColumnName("ballot_id").ValueGeneratedNever();
            ballot.Ignore(x => x.IsNothing);
            // Like a run's: on a column that never changes, so that every vote's update stays within its page.
            ballot.HasIndex(x => x.OpenedAt);
            // Ballots that are not decided, few among all there ever were. Votes leave status and opened_at alone: their updates stay within the page as before.
            ballot.HasIndex(x => new { x.OpenedAt, x.CorrelationId }, "ix_ballot_undecided").HasFilter("status <> 'Decided'");
        });
        model.Entity<BallotRecordRow>(line =>
        {
            line.ToTable("ballot_record");
            line.HasKey(x => new { x.BallotId, x.Seq });
        });
        model.Entity<BallotDecisionRow>(decision =>
        {
            decision.ToTable("ballot_decision");
            decision.HasKey(x => x.BallotId);
            decision.Property(x => x.BallotId).ValueGeneratedNever();
        });
        model.Entity<BallotRejectionRow>(rejection =>
        {
            rejection.ToTable("ballot_rejection");
            rejection.HasKey(x => x.MessageId);
            rejection.Property(x => x.MessageId).ValueGeneratedNever();
            rejection.HasIndex(x => x.BallotId);
        });
        model.Entity<VoterCompetenceRow>(competence =>
        {
            competence.ToTable("voter_competence");
            competence.HasKey(x => new
            {
                x.Tenant,
                x.Voter,
                x.Domain,
            });
        });
    }
}

/// <summary>The tables of ballots on PostgreSQL.</summary>
public sealed class PostgresConsensusDbContext(DbContextOptions<PostgresConsensusDbContext> options) : ConsensusDbContext(options);

/// <summary>The tables of ballots on SQLite.</summary>
public sealed class SqliteConsensusDbContext(DbContextOptions<SqliteConsensusDbContext> options) : ConsensusDbContext(options);

internal sealed class PostgresConsensusDesign : IDesignTimeDbContextFactory<PostgresConsensusDbContext>
{
    public PostgresConsensusDbContext CreateDbContext(string[] args) =>
        new(DesignTimeOptions.Postgres<PostgresConsensusDbContext>(ConsensusDbContext.Module));
}

internal sealed class SqliteConsensusDesign : IDesignTimeDbContextFactory<SqliteConsensusDbContext>
{
    public SqliteConsensusDbContext CreateDbContext(string[] args) =>
        new(DesignTimeOptions.Sqlite<SqliteConsensusDbContext>(ConsensusDbContext.Module));
}
