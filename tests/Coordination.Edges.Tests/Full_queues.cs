using System.Diagnostics;
using Coordination.Testing;

namespace Coordination.Edges.Tests;

/// <summary>
/// M10, M11: a full queue drops by default, and with reject-publish it refuses. Here the refused message waits in the outbox, and messages to other places
/// do not wait with it.
/// </summary>
[Trait("needs", "servers")]
[Collection(Alone.Name)]
public sealed class Full_queues
{
    private const string Full = "edge-full";
    private const int Bound = 10;

    [Fact]
    [Trait("req", "OBX-01")]
    public async Task Lose_nothing_and_hold_up_nobody_else()
    {
        var ct = TestContext.Current.CancellationToken;
        var (desk, broker) = await Desk.OpenAsync();
        await using var _ = desk;
        await using var letters = await Letters.OpenAsync(broker);
        await letters.DeclareAsync(
            Full,
            new()
            {
                ["x-queue-type"] = "quorum",
                ["x-max-length"] = Bound,
                ["x-overflow"] = "reject-publish",
            }
        );
        await letters.BindAsync(Full);
        var blocked = Ids(100);
        var alone = await PaceAsync(desk);

        // The bound is a soft one: what is on its way when the queue fills up still gets in. So first fill it.
        await desk.AcceptAsync(blocked.Take(2 * Bound).Select(run => desk.Message(run, Full)));
        await Eventually.Until(async () => await letters.CountAsync(Full) >= Bound, Desk.Soon, "a full queue", ct);
        await desk.AcceptAsync(blocked.Skip(2 * Bound).Select(run => desk.Message(run, Full)));
        await Eventually.Until(
            async () => (await ReasonsAsync(desk)).Any(reason => reason.Contains("full", StringComparison.Ordinal)),
            Desk.Soon,
            "a first refusal with its reason",
            ct
        );
        var beside = await PaceAsync(desk);

        // Half the rate would do to show that nobody waits; the machine may be busy with the other half.
        beside.ShouldBeLessThan((alone * 2) + TimeSpan.FromSeconds(2));
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"200 messages took {alone.TotalSeconds:0.0} s alone and {beside.TotalSeconds:0.0} s beside a full queue; it held {await letters.CountAsync(Full)} of {blocked.Count}"
        );
        var received = new List<Guid>();
        await Eventually.Until(
            async () =>
            {
                while (await letters.TakeAsync(Full) is { } run)
                {
                    received.Add(run);
                }

                return blocked.All(received.Contains);
            },
            TimeSpan.FromMinutes(4),
            "every refused message, as the queue is emptied",
            ct
        );
        (await desk.ParkedAsync()).ShouldBeEmpty();
        await Eventually.Until(async () => await PendingAsync(desk) == 0, Desk.Soon, "an empty outbox", ct);
        (await desk.EffectsAsync()).Values.ShouldAllBe(count => count == 1);
    }

    /// <summary>The time 200 messages to the desk's own endpoint take from their acceptance to the last effect.</summary>
    private static async Task<TimeSpan> PaceAsync(Desk desk)
    {
        var runs = Ids(200);
        var clock = Stopwatch.StartNew();
        foreach (var part in runs.Chunk(10))
        {
            await desk.AcceptAsync(part.Select(run => desk.Message(run)));
        }

        await Eventually.Until(
            async () =>
            {
                var effects = await desk.EffectsAsync();
                return runs.All(effects.ContainsKey);
            },
            Desk.Soon,
            "messages to another place"
        );
        return clock.Elapsed;
    }

    private static List<Guid> Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())];

    private static Task<IReadOnlyList<string>> ReasonsAsync(Desk desk) =>
        desk.QueryAsync("SELECT last_error FROM coordination.outbox WHERE last_error IS NOT NULL", row => row.GetString(0));

    private static async Task<int> PendingAsync(Desk desk) =>
        (await desk.QueryAsync("SELECT count(*)::int FROM coordination.outbox", row => row.GetInt32(0)))[0];
}
