namespace Coordination.Testing.Tests;

[Trait("needs", "servers")]
public sealed class DedicatedServers
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_broker_keeps_its_address_and_messages_over_a_stop_and_a_kill()
    {
        await using var rabbit = await TestServers.StartDedicatedRabbitAsync(Ct);
        var mine = await rabbit.NewVirtualHostAsync(Ct);
        await Broker.PublishAsync(mine, "orders", "stopped", Ct);

        await rabbit.StopAsync(Ct);
        await Should.ThrowAsync<Exception>(() => Broker.ConnectAsync(mine, Ct));
        await rabbit.StartAsync(Ct);

        (await Broker.TakeAsync(mine, "orders", Ct)).ShouldBe("stopped");
        await Broker.PublishAsync(mine, "orders", "killed", Ct);

        await rabbit.KillAsync(Ct);
        await Should.ThrowAsync<Exception>(() => Broker.ConnectAsync(mine, Ct));
        await rabbit.StartAsync(Ct);

        (await Broker.TakeAsync(mine, "orders", Ct)).ShouldBe("killed");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_database_server_keeps_its_address_and_rows_over_a_stop_and_a_kill(bool durable)
    {
        await using var postgres = await TestServers.StartDedicatedPostgresAsync(Ct, durable);
        var mine = await postgres.NewDatabaseAsync(ct: Ct);
        (await Database.ScalarAsync<string>(mine, "show fsync", Ct)).ShouldBe(durable ? "on" : "off");
        await Database.ExecuteAsync(mine, "create table kept (id int); insert into kept values (1)", Ct);

        await postgres.StopAsync(Ct);
        await Should.ThrowAsync<Exception>(() => Database.ScalarAsync<int>(mine, "select 1", Ct));
        await postgres.StartAsync(Ct);

        await Database.ExecuteAsync(mine, "insert into kept values (2)", Ct);
        await postgres.KillAsync(Ct);
        await Should.ThrowAsync<Exception>(() => Database.ScalarAsync<int>(mine, "select 1", Ct));
        await postgres.StartAsync(Ct);

        (await Database.ScalarAsync<long>(mine, "select sum(id) from kept", Ct)).ShouldBe(3);
    }
}
