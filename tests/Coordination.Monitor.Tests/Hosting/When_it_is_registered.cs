using Coordination.Persistence;
using Coordination.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coordination.Monitor.Tests;

/// <summary>Its views are over the tables of others: whatever is registered first, an empty database gets all of them.</summary>
[Trait("needs", "servers")]
public sealed class When_it_is_registered
{
    [Theory, Trait("req", "OPS-01")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Before_the_backbone_or_after_it_an_empty_database_gets_its_tables(bool before)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var broker = await (await TestServers.Rabbit(cancellation)).NewVirtualHostAsync(cancellation);
        var database = await (await TestServers.Postgres(cancellation)).NewDatabaseAsync(ct: cancellation);
        var builder = Host.CreateEmptyApplicationBuilder(new() { EnvironmentName = Environments.Development });
        if (before)
            builder.Services.AddCoordinationMonitor();
        builder.Services.AddCoordination(backbone =>
            backbone.UseRabbitMq(broker.ToString()).UsePostgres(database).AddRuns().AddConsensus(_ => { })
        );
        if (!before)
            builder.Services.AddCoordinationMonitor();
        using var host = builder.Build();

        await host.Services.GetRequiredService<SchemaMigrator>().MigrateAsync(cancellationToken: cancellation);

        (await host.Services.GetRequiredService<OverviewReads>().GetAsync(cancellation)).ShouldNotBeNull();
    }
}
