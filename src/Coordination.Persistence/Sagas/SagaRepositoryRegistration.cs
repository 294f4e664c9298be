using Coordination.Persistence;
using MassTransit.Configuration;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MassTransit;

/// <summary>Stores sagas in the unit of work's database.</summary>
public static class CoordinationSagaRepository
{
    /// <summary>
    /// Keeps the saga in a table mapped by <typeparamref name="TContext"/> (a schema module's context): read under its row lock, written with the
    /// commit. The entity needs <c>Guid CorrelationId</c> as key and an <c>int Version</c>.
    /// </summary>
    public static ISagaRegistrationConfigurator<TSaga> CoordinationRepository<TSaga, TContext>(
        this ISagaRegistrationConfigurator<TSaga> saga
    )
        where TSaga : class, ISaga
        where TContext : ModuleDbContext =>
        saga.Repository(repository =>
        {
            repository.TryAddSingleton(services => new SagaModel<TSaga>(
                services.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContext,
                services.GetRequiredService<IUnitOfWorkFactory>().Dialect
            ));
            repository.RegisterSagaRepository<
                TSaga,
                IUnitOfWork,
                MassTransit.Saga.SagaConsumeContextFactory<IUnitOfWork, TSaga>,
                SagaRepositoryFactory<TSaga>
            >();
            repository.RegisterLoadSagaRepository<TSaga, SagaRepositoryFactory<TSaga>>();
            repository.RegisterQuerySagaRepository<TSaga, SagaRepositoryFactory<TSaga>>();
        });
}
