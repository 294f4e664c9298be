using Microsoft.EntityFrameworkCore;

namespace Coordination.Persistence;

/// <summary>The tables of exactly-once messaging: inbox, outbox with its timers, dead letters and redelivery counts.</summary>
public abstract class MessagingDbContext(DbContextOptions options) : ModuleDbContext(options)
{
    public DbSet<InboxRecord> Inbox => Set<InboxRecord>();
    public DbSet<OutboxRecord> Outbox => Set<OutboxRecord>();
    public DbSet<DeadLetterRecord> DeadLetters => Set<DeadLetterRecord>();
    public DbSet<RedeliveryRecord> Redeliveries => Set<RedeliveryRecord>();

    protected override void DefineModel(ModelBuilder model)
    {
        model.Entity<InboxRecord>(inbox =>
        {
            inbox.ToTable("inbox");
            var received = inbox.HasIndex(x => x.ReceivedAt);
            if (IsPostgres)
            {
                // Partitioned by the bucket, which a migration says in SQL. Rows of a day arrive in time order: a block range index costs next to
                // nothing per insert.
                inbox.HasKey(x => new
                {
                    x.Bucket,
                    x.ConsumerId,
                    x.MessageId,
                });
                inbox.Property(x => x.Bucket).ValueGeneratedNever();
                received.HasMethod("brin");
            }
            else
            {
                inbox.Ignore(x => x.Bucket);
                inbox.HasKey(x => new { x.ConsumerId, x.MessageId });
            }
        });
        model.Entity<OutboxRecord>(outbox =>
        {
            outbox.ToTable("outbox");
            outbox.HasKey(x => x.Id);
            outbox.HasIndex(x => new { x.DueAt, x.Id });
            outbox.HasIndex(x => new { x.GroupId, x.Id }).HasFilter("ordered");
            outbox.HasIndex(x => x.Token).IsUnique().HasFilter("token IS NOT NULL");
            if (!IsPostgres)
            {
                // Embedded mode settles rows by the message and its receiver.
                outbox.HasIndex(x => new { x.MessageId, x.Endpoint });
            }
        });
        model.Entity<DeadLetterRecord>(dead =>
        {
            dead.ToTable("dead_letter");
            dead.HasKey(x => x.Id);
            dead.HasIndex(x => new
                {
                    x.Direction,
                    x.Endpoint,
                    x.MessageId,
                })
                .IsUnique()
                .HasFilter("state = 'open'");
            dead.Property(x => x.State).HasDefaultValue(LetterState.Open);
            // Open ones are few among those kept for audit: the list and the figures find them by this.
            dead.HasIndex(x => x.Id).HasDatabaseName("ix_dead_letter_open").HasFilter("state = 'open'");
            dead.HasIndex(x => x.MessageId);
            dead.HasIndex(x => x.SettledAt).HasFilter("settled_at IS NOT NULL");
            dead.HasIndex(x => x.GroupId).HasFilter("group_id IS NOT NULL");
            // Computed when a message is parked, which is rare. SQLite adds no stored column to a table that has rows, and has no hash; on PostgreSQL what is indexed
            // must be short, whatever a stranger called its contract.
            if (IsPostgres)
            {
                const string Error = "(failures::json -> -1) ->> 'error'";
                dead.Property(x => x.Error).HasComputedColumnSql(Error, stored: true);
                dead.Property(x => x.Alike)
                    .HasComputedColumnSql(
                        "md5(direction || chr(31) || endpoint || chr(31) || reason || chr(31) || message_type || chr(31) || coalesce("
                            + $"{Error}, ''))",
                        stored: true
                    );
            }
            else
            {
                const string Error = "json_extract(failures, '$[#-1].error')";
                dead.Property(x => x.Error).HasComputedColumnSql(Error, stored: false);
                dead.Property(x => x.Alike)
                    .HasComputedColumnSql(
                        "direction || char(31) || endpoint || char(31) || reason || char(31) || message_type || char(31) || coalesce("
                            + $"{Error}, '')",
                        stored: false
                    );
            }
            // What a list of groups shows, so that 100,000 open letters are counted without their bodies.
            dead.HasIndex(
                    x => new
                    {
                        x.Alike,
                        x.Id,
                        x.ParkedAt,
                        x.Replaces,
                    },
                    "ix_dead_letter_alike"
                )
                .HasFilter("state = 'open'");
        });
        model.Entity<RedeliveryRecord>(redelivery =>
        {
            redelivery.ToTable("redelivery");
            redelivery.HasKey(x => new { x.ConsumerId, x.MessageId });
            redelivery.HasIndex(x => x.At);
        });
    }
}

/// <summary>The messaging tables on PostgreSQL.</summary>
public sealed class PostgresMessagingDbContext(DbContextOptions<PostgresMessagingDbContext> options) : MessagingDbContext(options);

/// <summary>The messaging tables on SQLite.</summary>
public sealed class SqliteMessagingDbContext(DbContextOptions<SqliteMessagingDbContext> options) : MessagingDbContext(options);
