using Npgsql;

namespace Coordination.Testing.Tests;

[Trait("needs", "servers")]
public sealed class ServersForEachTest
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_published_on_a_new_virtual_host_is_consumed_there()
    {
        var rabbit = await TestServers.Rabbit(Ct);
        var mine = await rabbit.NewVirtualHostAsync(Ct);

        await Broker.PublishAsync(mine, "orders", "one", Ct);

        (await Broker.TakeAsync(mine, "orders", Ct)).ShouldBe("one");
        (await Broker.TakeAsync(mine, "orders", Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Two_virtual_hosts_do_not_see_each_others_queues()
    {
        var rabbit = await TestServers.Rabbit(Ct);
        Uri one = await rabbit.NewVirtualHostAsync(Ct),
            other = await rabbit.NewVirtualHostAsync(Ct);

        await Broker.PublishAsync(one, "orders", "one", Ct);

        await Broker.DeclareAsync(other, "orders", Ct);
        (await Broker.TakeAsync(other, "orders", Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task The_brokers_own_tool_can_be_asked()
    {
        var rabbit = await TestServers.Rabbit(Ct);
        var mine = await rabbit.NewVirtualHostAsync(Ct);
        await Broker.PublishAsync(mine, "asked", "one", Ct);

        var queues = await rabbit.Ctl("-q", "list_queues", "--vhost", mine.AbsolutePath[1..], "name");

        queues.ShouldContain("asked");
    }

    [Fact]
    public async Task A_new_database_is_empty_and_answers()
    {
        var postgres = await TestServers.Postgres(Ct);

        var mine = await postgres.NewDatabaseAsync(ct: Ct);

        (
            await Database.ScalarAsync<long>(mine, "select count(*) from information_schema.tables where table_schema = 'public'", Ct)
        ).ShouldBe(0);
    }

    [Fact]
    public async Task A_database_can_be_copied_from_a_template_that_is_in_use()
    {
        var postgres = await TestServers.Postgres(Ct);
        var template = await postgres.NewDatabaseAsync(ct: Ct);
        await using var user = new NpgsqlConnection(template);
        await user.OpenAsync(Ct);
        await Database.ExecuteAsync(template, "create table kept (id int); insert into kept values (42)", Ct);

        var copy = await postgres.NewDatabaseAsync(template, Ct);

        (await Database.ScalarAsync<int>(copy, "select id from kept", Ct)).ShouldBe(42);
    }

    [Fact]
    public async Task A_shared_server_cannot_be_stopped_by_a_test()
    {
        var postgres = await TestServers.Postgres(Ct);

        var refusal = await Should.ThrowAsync<InvalidOperationException>(() => postgres.StopAsync(Ct));

        refusal.Message.ShouldContain("StartDedicatedPostgresAsync");
    }
}
