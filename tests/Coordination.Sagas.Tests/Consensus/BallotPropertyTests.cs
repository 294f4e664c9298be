using System.Globalization;
using CsCheck;

namespace Coordination.Sagas.Tests.Consensus;

/// <summary>Random ballots under random messages: what must hold whatever comes in whatever order. <see cref="BallotScript"/> checks every state.</summary>
public sealed class BallotPropertyTests
{
    private static readonly int Iterations = int.TryParse(
        Environment.GetEnvironmentVariable("COORDINATION_PROPERTY_ITERATIONS"),
        CultureInfo.InvariantCulture,
        out var wanted
    )
        ? wanted
        : 200;

    private static readonly string[] Outcomes = ["DECIDED", "SPLIT", "NO_QUORUM", "VETOED", "DISSENT_ESCALATED", "CANCELLED"];

    [Fact]
    [Trait("req", "VOTE-04")]
    [Trait("req", "VOTE-14")]
    [Trait("req", "VOTE-19")]
    public void Every_ballot_decides_once_and_its_record_tells_the_same() =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue].Array[0, 40])
            .Sample(
                (seed, choices) =>
                {
                    var world = new RandomBallot(new Random(seed));
                    foreach (var choice in choices)
                        world.Happen(choice);
                    world.LetEveryTimerFire();
                },
                iter: Iterations,
                print: t => $"{t.Item1}: {string.Join(',', t.Item2)}"
            );

    [Fact]
    public void Random_ballots_end_in_every_way()
    {
        var (outcomes, ways, kinds) = (new HashSet<string>(), new HashSet<string>(), new HashSet<string>());
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var world = new RandomBallot(random);
            for (var i = 0; i < 25; i++)
                world.Happen(random.Next());
            var ballot = world.LetEveryTimerFire();
            outcomes.Add(ballot.Decision!.Outcome);
            ways.Add(ballot.Decision.DecidedBy);
            kinds.UnionWith(ballot.Record.Select(line => line.Kind));
        }
        outcomes.ShouldBe(Outcomes, ignoreOrder: true);
        ways.ShouldBe(["votes", "arbiter", "safe-option", "people", "nobody"], ignoreOrder: true);
        kinds.ShouldBe(
            ["opened", "vote", "closed", "widened", "debate", "extended", "arbiter", "people", "answer", "cancelled", "decided", "outcome"],
            ignoreOrder: true
        );
    }
}
