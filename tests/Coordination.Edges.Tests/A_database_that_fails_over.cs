using System.Diagnostics;
using Coordination.Testing;
using Npgsql;

namespace Coordination.Edges.Tests;

/// <summary>
/// F18: the primary is killed under load, its synchronous standby takes over, and later the old primary comes back and takes writes. Nothing that was
/// accepted is lost, work goes on within 30 s, and the old primary is never written again.
/// </summary>
[Trait("needs", "servers")]
[Collection(Alone.Name)]
public sealed class A_database_that_fails_over
{
    [Fact]
    public async Task Loses_nothing_goes_on_within_thirty_seconds_and_leaves_the_old_primary_alone()
    {
        var ct = TestContext.Current.CancellationToken;
        var broker = await (await TestServers.Rabbit(ct)).NewVirtualHostAsync(ct);
        await using var pair = await PostgresPair.StartAsync(ct);
        await using var desk = await Desk.OpenAsync(broker.ToString(), pair.ConnectionString);
        await using var load = new Load(desk);
        await Eventually.Until(async () => await desk.EffectCountAsync() >= 100, Desk.Soon, "messages to flow", ct);

        var clock = Stopwatch.StartNew();
        await pair.KillFirstAsync(ct);
        await pair.PromoteSecondAsync(ct);
        var atPromotion = await CountAsync(pair.Second, ct);
        await Eventually.Until(async () => await CountAsync(pair.Second, ct) > atPromotion, TimeSpan.FromSeconds(60), "a first effect", ct);
        var away = clock.Elapsed;

        await pair.BringFirstBackAsync(ct);
        var left = await CountAsync(pair.First, ct);
        // New connections of this process, and a process that is started now and knows of nothing.
        await EndSessionsAsync(pair.Second, ct);
        await using var second = await Desk.OpenAsync(broker.ToString(), pair.ConnectionString);
        var mark = load.Accepted.Count;
        await Eventually.Until(() => load.Accepted.Count >= mark + 200, TimeSpan.FromSeconds(60), "more work", ct);
        await using (var another = new Load(second))
        {
            await Eventually.Until(() => another.Accepted.Count >= 100, TimeSpan.FromSeconds(60), "work of the new process", ct);
            await another.StopAsync();
            await load.StopAsync();
            var accepted = load.Accepted.Concat(another.Accepted).ToHashSet();
            await Eventually.Until(
                async () => accepted.IsSubsetOf((await desk.EffectsAsync()).Keys),
                TimeSpan.FromSeconds(90),
                "everything accepted to be handled",
                ct
            );
            var effects = await desk.EffectsAsync();
            effects.Values.ShouldAllBe(count => count == 1);
            // What the caller could not know to be accepted may have been, and nothing else.
            effects.Keys.Except(accepted).ShouldBeSubsetOf(load.Unknown.Concat(another.Unknown));
        }

        (await CountAsync(pair.First, ct)).ShouldBe(left);
        (await desk.ParkedAsync()).ShouldBeEmpty();
        away.ShouldBeLessThan(TimeSpan.FromSeconds(30));
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{load.Accepted.Count} accepted, {load.Unknown.Count} unknown; first effect {away.TotalSeconds:0.0} s after the kill"
        );
    }

    private static async Task<long> CountAsync(string server, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(server);
        await using var command = source.CreateCommand("SELECT count(*) FROM effects");
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task EndSessionsAsync(string server, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(server);
        await using var command = source.CreateCommand(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        );
        await command.ExecuteNonQueryAsync(ct);
    }
}
