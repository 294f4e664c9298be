using Coordination.Testing;

namespace Coordination.Monitor.Tests.Live;

[Trait("needs", "servers"), Trait("req", "OPS-01")]
public sealed class When_two_processes_have_monitors
{
    [Fact]
    public async Task Viewers_of_both_hear_of_every_run_though_one_of_them_keeps_the_list()
    {
        var stop = TestContext.Current.CancellationToken;
        var database = await (await TestServers.Postgres(stop)).NewDatabaseAsync(ct: stop);
        var broker = (await (await TestServers.Rabbit(stop)).NewVirtualHostAsync(stop)).ToString();
        var first = await MonitorHost.OverAsync(database, broker);
        await using var second = await MonitorHost.OverAsync(database, broker);
        using (var one = await Listening.ToAsync(first, "runs"))
        using (var two = await Listening.ToAsync(second, "runs"))
        {
            await one.UntilAsync(heard => heard.Topic == "pulse");
            await two.UntilAsync(heard => heard.Topic == "pulse");
            var run = await second.RunAsync(Plans.Review("ticket"));
            (await one.UntilAsync(heard => IsOf(heard, run))).ShouldNotBeNull();
            (await two.UntilAsync(heard => IsOf(heard, run))).ShouldNotBeNull();
        }
        // Whichever kept it: the other goes on.
        await first.DisposeAsync();
        await second.RunAsync(Plans.Review("after"));
    }

    private static bool IsOf(Heard heard, Guid run) =>
        heard.Topic == "runs" && heard.Data.GetProperty("rows").EnumerateArray().Any(row => row.GetProperty("runId").GetGuid() == run);
}
