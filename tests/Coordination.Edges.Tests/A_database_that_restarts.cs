using System.Diagnostics;
using Coordination.Testing;

namespace Coordination.Edges.Tests;

/// <summary>F17: PostgreSQL stops under load, in good order or as by a power cut of its processes, and starts again.</summary>
[Trait("needs", "servers")]
[Collection(Alone.Name)]
public sealed class A_database_that_restarts
{
    [Theory]
    [InlineData("in good order")]
    [InlineData("killed")]
    public async Task Loses_nothing_doubles_nothing_and_work_goes_on(string how)
    {
        var ct = TestContext.Current.CancellationToken;
        var broker = await (await TestServers.Rabbit(ct)).NewVirtualHostAsync(ct);
        await using var postgres = await TestServers.StartDedicatedPostgresAsync(ct);
        await using var desk = await Desk.OpenAsync(broker.ToString(), await postgres.NewDatabaseAsync(ct: ct));
        await using var load = new Load(desk);
        await Eventually.Until(async () => await desk.EffectCountAsync() >= 100, Desk.Soon, "messages to flow", ct);

        await (how == "killed" ? postgres.KillAsync(ct) : postgres.StopAsync(ct));
        await postgres.StartAsync(ct);
        var clock = Stopwatch.StartNew();
        var atStart = await desk.EffectCountAsync();
        await Eventually.Until(async () => await desk.EffectCountAsync() > atStart, TimeSpan.FromSeconds(60), "a first effect", ct);
        var back = clock.Elapsed;
        var mark = load.Accepted.Count;
        await Eventually.Until(() => load.Accepted.Count >= mark + 100, TimeSpan.FromSeconds(60), "more work", ct);
        await load.StopAsync();

        await Eventually.Until(
            async () => load.Accepted.ToHashSet().IsSubsetOf((await desk.EffectsAsync()).Keys),
            TimeSpan.FromSeconds(90),
            "everything accepted to be handled",
            ct
        );
        var effects = await desk.EffectsAsync();
        effects.Values.ShouldAllBe(count => count == 1);
        effects.Keys.Except(load.Accepted).ShouldBeSubsetOf(load.Unknown);
        (await desk.ParkedAsync()).ShouldBeEmpty();
        back.ShouldBeLessThan(TimeSpan.FromSeconds(20));
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{how}: {load.Accepted.Count} accepted, {load.Unknown.Count} unknown; first effect {back.TotalSeconds:0.0} s after the start"
        );
    }
}
