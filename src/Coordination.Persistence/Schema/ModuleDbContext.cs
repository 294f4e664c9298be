using Microsoft.EntityFrameworkCore;

namespace Coordination.Persistence;

/// <summary>
/// Base of every module's model: the schema <c>coordination</c> on PostgreSQL and none on SQLite, snake_case names, and one storage
/// form per type and database, the same that <see cref="Statement"/> uses. A module derives one model from it and one concrete context per database.
/// </summary>
public abstract class ModuleDbContext(DbContextOptions options) : DbContext(options)
{
    public const string SchemaName = "coordination";

    /// <summary>True for PostgreSQL, false for SQLite.</summary>
    protected bool IsPostgres => Database.ProviderName == "Npgsql.EntityFrameworkCore.PostgreSQL";

    /// <summary>Declares tables, keys and indexes. Names not set here become snake_case.</summary>
    protected abstract void DefineModel(ModelBuilder model);

    protected sealed override void OnModelCreating(ModelBuilder modelBuilder)
    {
        if (IsPostgres)
        {
            modelBuilder.HasDefaultSchema(SchemaName);
        }

        DefineModel(modelBuilder);
        SnakeCaseNames.Apply(modelBuilder.Model);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        if (!IsPostgres)
        {
            configurationBuilder.Properties<DateTimeOffset>().HaveConversion<MicrosecondsConverter>();
        }
    }
}
