using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Persistence;

/// <summary>A module's share of the database: its two contexts, one per database, with migrations and a history table of their own.</summary>
internal sealed record SchemaModule(string Name, Func<StoreDatabase, ModuleDbContext> CreateContext)
{
    public const string Messaging = "messaging";

    public static string HistoryTable(string module) => $"__migrations_{module}";
}

/// <summary>Registers the tables of a module.</summary>
public static class SchemaModuleRegistration
{
    /// <summary>
    /// Adds a module's tables to the database the store is configured for. Modules migrate in the order of registration; adding one twice does nothing.
    /// Both contexts take their <c>DbContextOptions</c> as the only constructor argument.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">Lower-case name of the module, for example <c>runs</c>; names its history table and must never change.</param>
    public static IServiceCollection AddSchemaModule<TPostgres, TSqlite>(this IServiceCollection services, string name)
        where TPostgres : ModuleDbContext
        where TSqlite : ModuleDbContext
    {
        if (services.Any(service => service.ImplementationInstance is SchemaModule module && module.Name == name))
        {
            return services;
        }

        return services.AddSingleton(
            new SchemaModule(name, database => database.IsPostgres ? Create<TPostgres>(database, name) : Create<TSqlite>(database, name))
        );
    }

    /// <summary>
    /// As <see cref="AddSchemaModule{TPostgres,TSqlite}"/>, and registers <see cref="IDbContextFactory{TContext}"/> of the common base, so that code
    /// queries the model without naming the database.
    /// </summary>
    public static IServiceCollection AddSchemaModule<TContext, TPostgres, TSqlite>(this IServiceCollection services, string name)
        where TContext : ModuleDbContext
        where TPostgres : TContext
        where TSqlite : TContext =>
        services
            .AddSchemaModule<TPostgres, TSqlite>(name)
            .AddSingleton<IDbContextFactory<TContext>, ModuleContextFactory<TContext, TPostgres, TSqlite>>(provider =>
                new(provider.GetRequiredService<StoreDatabase>(), name)
            );

    internal static TContext Create<TContext>(StoreDatabase database, string module)
        where TContext : ModuleDbContext
    {
        var options = new DbContextOptionsBuilder<TContext>();
        database.Use(options, SchemaModule.HistoryTable(module));
        var context = (TContext)Activator.CreateInstance(typeof(TContext), options.Options)!;

        // Inside a unit of work a failed SaveChanges fails the whole transaction, so a savepoint would only cost two round trips.
        context.Database.AutoSavepointsEnabled = false;
        return context;
    }
}

internal sealed class ModuleContextFactory<TContext, TPostgres, TSqlite>(StoreDatabase database, string module)
    : IDbContextFactory<TContext>
    where TContext : ModuleDbContext
    where TPostgres : TContext
    where TSqlite : TContext
{
    public TContext CreateDbContext() =>
        database.IsPostgres
            ? SchemaModuleRegistration.Create<TPostgres>(database, module)
            : SchemaModuleRegistration.Create<TSqlite>(database, module);
}
