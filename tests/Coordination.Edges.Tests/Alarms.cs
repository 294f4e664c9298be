using System.Diagnostics;
using Coordination.Testing;

namespace Coordination.Edges.Tests;

/// <summary>
/// M6, M8: the broker is short of memory and takes no messages. New work is accepted into the database, and everything leaves afterwards, once.
/// </summary>
[Trait("needs", "servers")]
[Collection(Alone.Name)]
public sealed class Alarms
{
    /// <summary>The broker is not the destination: what it does not take from anybody counts against no message.</summary>
    [Fact]
    public async Task That_last_longer_than_all_tries_park_nothing()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var rabbit = await TestServers.StartDedicatedRabbitAsync(ct);
        var database = await (await TestServers.Postgres(ct)).NewDatabaseAsync(ct: ct);
        await using var desk = await Desk.OpenAsync(
            rabbit.Amqp.ToString(),
            database,
            outbox: options =>
            {
                options.MaxAttempts = 2;
                options.RetryDelay = TimeSpan.FromMilliseconds(50);
                options.PublishTimeout = TimeSpan.FromSeconds(1);
                options.Lease = TimeSpan.FromSeconds(5);
            }
        );
        var runs = Enumerable.Range(0, 50).Select(_ => Guid.CreateVersion7()).ToList();
        await rabbit.Ctl("set_vm_memory_high_watermark", "0.00001");
        await Eventually.Until(async () => await AlarmedAsync(rabbit), Desk.Soon, "the alarm", ct);

        await desk.AcceptAsync(runs.Select(run => desk.Message(run)));
        var clock = Stopwatch.StartNew();
        await Eventually.Until(() => clock.Elapsed > TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(13), "time for all tries", ct);
        var parked = await desk.ParkedAsync();
        await rabbit.Ctl("set_vm_memory_high_watermark", "0.6");

        parked.ShouldBeEmpty();
        await Eventually.Until(async () => await desk.EffectCountAsync() >= runs.Count, Desk.Soon, "everything to be handled", ct);
        (await desk.EffectsAsync()).Values.ShouldAllBe(count => count == 1);
        (await desk.ParkedAsync()).ShouldBeEmpty();
    }

    private static async Task<bool> AlarmedAsync(RabbitServer rabbit) =>
        !(await rabbit.Ctl("-q", "eval", "rabbit_alarm:get_alarms().")).Trim().Equals("[]", StringComparison.Ordinal);
}
