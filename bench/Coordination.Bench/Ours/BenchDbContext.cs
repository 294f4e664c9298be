using Coordination.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Coordination.Bench.Ours;

/// <summary>The saga's table.</summary>
internal sealed class BenchDbContext(DbContextOptions<BenchDbContext> options) : ModuleDbContext(options)
{
    protected override void DefineModel(ModelBuilder model) =>
        model.Entity<FiveStepsState>(saga =>
        {
            saga.ToTable("five_steps");
            saga.HasKey(state => state.CorrelationId);
            saga.HasStorageParameter("fillfactor", 70);
        });
}
