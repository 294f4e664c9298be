using Microsoft.EntityFrameworkCore;

namespace Coordination.Persistence;

/// <summary>The EF Core model one saga type is mapped in, and the SQL made from it once.</summary>
internal sealed class SagaModel<TSaga>
    where TSaga : class
{
    private readonly Func<DbContext> create;
    private readonly Lazy<SagaMap<TSaga>> map;

    public SagaModel(Func<DbContext> create, SqlDialect dialect)
    {
        this.create = create;
        map = new Lazy<SagaMap<TSaga>>(() =>
        {
            using var db = create();
            return new SagaMap<TSaga>(db.Model, dialect);
        });
    }

    public SagaMap<TSaga> Map => map.Value;

    /// <summary>A context for queries; the caller disposes it.</summary>
    public DbContext CreateContext() => create();
}
