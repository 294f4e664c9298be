using Coordination.Persistence;
using Coordination.Testing;

namespace Coordination.Edges.Tests;

/// <summary>An address that names several nodes of a cluster.</summary>
[Trait("needs", "servers")]
public sealed class A_list_of_broker_hosts
{
    [Fact]
    public async Task Leads_past_a_host_that_is_away_and_keeps_the_password_out_of_the_log()
    {
        const string canary = "canary-of-the-broker";
        var ct = TestContext.Current.CancellationToken;
        var rabbit = await TestServers.Rabbit(ct);
        var broker = await rabbit.NewVirtualHostAsync(ct);
        var database = await (await TestServers.Postgres(ct)).NewDatabaseAsync(ct: ct);
        var user = $"desk-{Guid.NewGuid():N}";
        await rabbit.Ctl("add_user", user, canary);
        await rabbit.Ctl("set_permissions", "-p", broker.AbsolutePath.Trim('/'), user, ".*", ".*", ".*");
        var address = $"amqp://{user}:{canary}@127.0.0.1:{FreePort.Next()},127.0.0.1:{broker.Port}{broker.AbsolutePath}";
        await using var desk = await Desk.OpenAsync(address, database);
        var run = Guid.CreateVersion7();

        await desk.AcceptAsync(desk.Message(run));
        await Eventually.Until(async () => (await desk.EffectsAsync()).ContainsKey(run), Desk.Soon, "the message to be handled", ct);
        // Now the broker throws everybody out: what is logged about lost and refused connections counts too.
        await rabbit.Ctl("clear_permissions", "-p", broker.AbsolutePath.Trim('/'), user);
        await rabbit.Ctl("close_all_user_connections", user, "thrown out");
        await Eventually.Until(() => !desk.Get<IOutboxSender>().IsReady, Desk.Soon, "the connection to be lost", ct);

        desk.Log.Lines.ShouldNotContain(line => line.Contains(canary, StringComparison.Ordinal));
    }
}
