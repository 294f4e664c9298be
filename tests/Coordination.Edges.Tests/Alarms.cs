using System.Diagnostics;
using Coordination.Testing;

namespace Coordination.Edges.Tests;

/// <summary>
/// M6, M7, M8: the broker is short of memory or disk and takes no messages. Work that has arrived goes on, new work is accepted into the database, and
/// everything leaves afterwards, once.
/// </summary>
[Trait("needs", "servers")]
[Collection(Alone.Name)]
public sealed class Alarms
{
    private const string Answers = "edge-answers";
    private const int Work = 6_000;
    private const int PerSecond = 200;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(4);

    [Theory]
    [InlineData("memory", "set_vm_memory_high_watermark", "0.00001", "0.6")]
    [InlineData("disk", "set_disk_free_limit", "9000GB", "50MB")]
    public async Task Stop_neither_handling_nor_accepting_and_lose_nothing(string what, string setting, string alarm, string calm)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var rabbit = await TestServers.StartDedicatedRabbitAsync(ct);
        var database = await (await TestServers.Postgres(ct)).NewDatabaseAsync(ct: ct);
        await using var desk = await Desk.OpenAsync(rabbit.Amqp.ToString(), database);
        await using var letters = await Letters.OpenAsync(rabbit.Amqp);
        await letters.DeclareAsync(Answers);
        await letters.BindAsync(Answers);
        using var pace = new Pace(PerSecond);
        // What the agent answers leaves by the outbox, as any answer: the worst case for a bus that consumes and publishes on one connection.
        desk.Answers = Answers;
        desk.Does(_ => pace.NextAsync(ct));
        for (var i = 0; i < Work; i++)
        {
            await letters.PutAsync(Guid.CreateVersion7());
        }

        var accepted = new List<Guid>();
        var (ratio, longest, tries) = (0.0, TimeSpan.Zero, 0);
        // A machine that is busy for a moment makes one window slow; a broker that stops the handling makes all of them.
        while (ratio < 0.9 && tries < 3)
        {
            tries++;
            var before = await HandledIn(desk, Window, ct);
            await rabbit.Ctl(setting, alarm);
            await Eventually.Until(async () => await AlarmedAsync(rabbit), Desk.Soon, $"the {what} alarm", ct);
            var handling = HandledIn(desk, Window, ct);
            longest = await AcceptMeanwhileAsync(desk, accepted, handling, ct);
            var during = await handling;
            await rabbit.Ctl(setting, calm);
            ratio = (double)during / before;
            TestContext.Current.TestOutputHelper!.WriteLine(
                $"{what}: {before} handled in {Window.TotalSeconds} s before, {during} during the alarm; "
                    + $"{accepted.Count} accepted so far, longest {longest.TotalMilliseconds:0} ms"
            );
        }

        // What is left needs no pace.
        desk.Does(_ => Task.CompletedTask);
        await Eventually.Until(
            async () => await desk.EffectCountAsync() >= Work + accepted.Count,
            TimeSpan.FromMinutes(2),
            "everything to be handled",
            ct
        );
        ratio.ShouldBeGreaterThanOrEqualTo(0.9, $"in the best of {tries} windows");
        longest.ShouldBeLessThan(TimeSpan.FromSeconds(1));
        var effects = await desk.EffectsAsync();
        effects.Count.ShouldBe(Work + accepted.Count);
        effects.Values.ShouldAllBe(count => count == 1);
        (await desk.ParkedAsync()).ShouldBeEmpty();
        var answered = new HashSet<Guid>();
        await Eventually.Until(
            async () =>
            {
                while (await letters.TakeAsync(Answers) is { } run)
                {
                    answered.Add(run);
                }

                return answered.Count == effects.Count;
            },
            TimeSpan.FromMinutes(1),
            "every answer",
            ct
        );
    }

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

    /// <summary>Takes new work at a steady rate until the window is over; returns the longest time that one took.</summary>
    private static async Task<TimeSpan> AcceptMeanwhileAsync(Desk desk, List<Guid> accepted, Task handling, CancellationToken ct)
    {
        var (clock, longest) = (new Stopwatch(), TimeSpan.Zero);
        using var rhythm = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!handling.IsCompleted && await rhythm.WaitForNextTickAsync(ct))
        {
            var run = Guid.CreateVersion7();
            clock.Restart();
            await desk.AcceptAsync(desk.Message(run));
            longest = clock.Elapsed > longest ? clock.Elapsed : longest;
            accepted.Add(run);
        }

        return longest;
    }

    private static async Task<int> HandledIn(Desk desk, TimeSpan window, CancellationToken ct)
    {
        var begin = await desk.EffectCountAsync();
        var clock = Stopwatch.StartNew();
        await Eventually.Until(() => clock.Elapsed >= window, window * 2, "the end of the window", ct);
        return await desk.EffectCountAsync() - begin;
    }

    private static async Task<bool> AlarmedAsync(RabbitServer rabbit) =>
        !(await rabbit.Ctl("-q", "eval", "rabbit_alarm:get_alarms().")).Trim().Equals("[]", StringComparison.Ordinal);

    /// <summary>An agent's work has a speed of its own, below what the machine could do: only so a rate before and after means something.</summary>
    private sealed class Pace(int perSecond) : IDisposable
    {
        private readonly PeriodicTimer tick = new(TimeSpan.FromSeconds(1) / perSecond);
        private readonly SemaphoreSlim turn = new(1);

        public async Task NextAsync(CancellationToken ct)
        {
            await turn.WaitAsync(ct);
            try
            {
                await tick.WaitForNextTickAsync(ct);
            }
            finally
            {
                turn.Release();
            }
        }

        public void Dispose()
        {
            tick.Dispose();
            turn.Dispose();
        }
    }
}
