using Coordination.Faults.Takeovers;

namespace Coordination.Faults.Tests;

/// <summary>
/// One step with twelve effects, in turn keyed, probed and a question to a model. Its process is killed (SIGKILL) at the first of them, in another run at the
/// second, and so on: at every other one right after its outcome was committed, at the others after the target has counted the call and before the outcome is
/// committed. A second process goes on. What happened is the word of a target outside of both.
/// </summary>
[Collection(Fleets.OneAtATime)]
[Trait("needs", "servers")]
public sealed class A_step_of_twelve_effects_killed_at_each
{
    private const int Effects = 12;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);

    [Fact]
    [Trait("req", "WAL-04")]
    public async Task Makes_each_effect_and_model_call_once_and_goes_on_within_the_lease_and_five_seconds()
    {
        // The last one leaves a call to be made: the others have one after them.
        var points = Enumerable.Range(1, Effects).Select(effect => new TakeoverPoint(effect, Recorded: effect % 2 == 1)).ToList();

        var takeovers = await new TakeoverSuite(Effects, Lease, TestContext.Current.TestOutputHelper!.WriteLine).RunAsync(
            points,
            TestContext.Current.CancellationToken
        );

        takeovers.Select(takeover => takeover.Point).ShouldBe(points, ignoreOrder: true);
        takeovers.ShouldAllBe(takeover => takeover.WasKilled);
        foreach (var takeover in takeovers)
        {
            var (killedAt, recorded) = takeover.Point;
            var why = takeover.Point.ToString();
            takeover.Status.ShouldBe("completed", why);

            // What was completed is not even called again. What the kill left without an outcome is asked about where it is probed, else called again.
            var first = ClassOf(killedAt) == "probed" || recorded ? killedAt + 1 : killedAt;
            Numbers(takeover, second: false).ShouldBe(Enumerable.Range(1, killedAt), why);
            Numbers(takeover, second: true).ShouldBe(Enumerable.Range(first, Effects - first + 1), why);
            takeover.Calls.ShouldAllBe(call => call.Class == ClassOf(call.Effect), why);

            // The repeated key makes no second effect, and what the agent has in its hands in the end are the receipts of what was done.
            var keys = takeover.Calls.Where(call => call.Class != "pure").Select(call => call.Key).Distinct();
            takeover.Effects.Select(effect => effect.Key).ShouldBe(keys, ignoreOrder: true, why);
            takeover.Receipts.ShouldBe(Enumerable.Range(1, Effects).Select(effect => ReceiptOf(effect, takeover)), why);
            takeover.ResumedAfter.ShouldBeInRange(TimeSpan.Zero, Lease + TimeSpan.FromSeconds(5), why);
        }

        static IEnumerable<int> Numbers(Takeover takeover, bool second) =>
            takeover.Calls.Where(call => call.Second == second).Select(call => call.Effect);
    }

    private static long ReceiptOf(int effect, Takeover takeover)
    {
        var call = takeover.Calls.Last(call => call.Effect == effect);
        return call.Class == "pure" ? call.Receipt : takeover.Effects.Single(done => done.Key == call.Key).Receipt;
    }

    private static string ClassOf(int effect) =>
        (effect % 3) switch
        {
            1 => "keyed",
            2 => "probed",
            _ => "pure",
        };
}
