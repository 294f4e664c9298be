using System.Diagnostics;
using Coordination.Testing;

namespace Coordination.Edges.Tests;

/// <summary>
/// M16, M17: three nodes under load, and the one that leads the queue dies or freezes. Nothing is lost, every effect happens once, and the gap between two
/// effects is bounded.
/// </summary>
[Trait("needs", "servers")]
[Trait("needs", "containers")]
[Collection(Alone.Name)]
public sealed class A_cluster_that_loses_a_node
{
    [Fact]
    public async Task By_kill_loses_nothing_and_doubles_nothing()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await RabbitCluster.StartAsync(ct);
        await UnderLoadAsync(
            cluster,
            async leader =>
            {
                await cluster.KillAsync(leader, ct);
                await Passes(TimeSpan.FromSeconds(15), ct);
                await cluster.StartNodeAsync(leader, ct);
            },
            // An election takes a second; a client that was connected to the dead node finds another one.
            gapAtMost: TimeSpan.FromSeconds(15)
        );
    }

    [Fact]
    public async Task By_a_freeze_of_twenty_seconds_loses_nothing_and_doubles_nothing()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await RabbitCluster.StartAsync(ct);
        await UnderLoadAsync(
            cluster,
            async leader =>
            {
                await cluster.PauseAsync(leader, ct);
                await Passes(TimeSpan.FromSeconds(20), ct);
                await cluster.ResumeAsync(leader, ct);
            },
            // Its peers miss it after net_ticktime (8 s), its clients after two heartbeats (of 5 s); the default of 60 s would be the whole freeze.
            gapAtMost: TimeSpan.FromSeconds(30)
        );
    }

    private static async Task UnderLoadAsync(RabbitCluster cluster, Func<int, Task> fault, TimeSpan gapAtMost)
    {
        var ct = TestContext.Current.CancellationToken;
        var database = await (await TestServers.Postgres(ct)).NewDatabaseAsync(ct: ct);
        await using var desk = await Desk.OpenAsync(cluster.Amqp, database, heartbeat: TimeSpan.FromSeconds(5));
        await using var load = new Load(desk);
        await Eventually.Until(async () => await desk.EffectCountAsync() >= 100, Desk.Soon, "messages to flow", ct);

        // Aimed at the leader: the node that every message of this queue goes through.
        var leader = await cluster.LeaderAsync(Desk.Endpoint);
        await fault(leader);

        var atReturn = await desk.EffectCountAsync();
        await Eventually.Until(
            async () => await desk.EffectCountAsync() > atReturn + 100,
            TimeSpan.FromSeconds(60),
            "messages to flow again",
            ct
        );
        await load.StopAsync();
        await Eventually.Until(
            async () => await desk.EffectCountAsync() >= load.Accepted.Count,
            TimeSpan.FromSeconds(90),
            "everything accepted to be handled",
            ct
        );
        var gap = (
            await desk.QueryAsync(
                "SELECT coalesce(max(extract(epoch FROM at - before)), 0)::float8 "
                    + "FROM (SELECT at, lag(at) OVER (ORDER BY at) AS before FROM effects) e",
                row => TimeSpan.FromSeconds(row.GetDouble(0))
            )
        )[0];
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"leader rabbit-{leader}; {load.Accepted.Count} accepted, {desk.Runs} runs, longest gap between two effects {gap.TotalSeconds:0.0} s"
        );
        var effects = await desk.EffectsAsync();
        effects.Count.ShouldBe(load.Accepted.Count);
        effects.Values.ShouldAllBe(count => count == 1);
        (await desk.ParkedAsync()).ShouldBeEmpty();
        gap.ShouldBeLessThan(gapAtMost);
    }

    /// <summary>The length of the fault itself.</summary>
    private static Task Passes(TimeSpan time, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        return Eventually.Until(() => clock.Elapsed >= time, time * 2, "the end of the fault", ct);
    }
}
