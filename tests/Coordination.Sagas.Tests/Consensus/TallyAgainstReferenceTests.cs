using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Coordination.Sagas.Consensus;
using Coordination.Sagas.Tests.Consensus.Reference;

namespace Coordination.Sagas.Tests.Consensus;

/// <summary>The product's tally against one that was written apart from it.</summary>
[Trait("req", "VOTE-02")]
public sealed class TallyAgainstReferenceTests(ITestOutputHelper output)
{
    private const int Required = 100_000;

    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    [Fact]
    [Trait("req", "VOTE-06")]
    [Trait("req", "VOTE-07")]
    [Trait("req", "VOTE-09")]
    public void Every_vector_has_its_outcome()
    {
        foreach (var vector in ReferenceVectors.All)
        {
            var result = vector.Ballot.Decide();
            (result.Outcome.Name(), result.Option).ShouldBe((vector.Outcome, vector.Option), vector.Name);
            ShouldEqual(result, ReferenceTally.Decide(vector.Ballot), vector.Name);
        }
    }

    [Fact]
    [Trait("req", "VOTE-03")]
    [Trait("req", "VOTE-04")]
    [Trait("req", "VOTE-11")]
    public void All_orders_of_the_same_votes_have_one_outcome()
    {
        ReferenceVectors.Orders.Count.ShouldBe(720);
        foreach (var vector in ReferenceVectors.Orders)
        {
            var result = vector.Ballot.Decide();
            (result.Outcome.Name(), result.Option).ShouldBe((vector.Outcome, vector.Option), vector.Name);
        }
    }

    /// <summary>
    /// The product closes by the sentences of the specification, which differ from playing everything out in one corner: k of n with k of half or less, where the
    /// winner can still change and there is dissent against either. The product waits there.
    /// </summary>
    [Fact]
    public void Random_ballots_have_the_outcome_of_the_reference()
    {
        var wanted = Environment.GetEnvironmentVariable("COORDINATION_PROPERTY_ITERATIONS");
        var iterations = Math.Max(Required, int.TryParse(wanted, CultureInfo.InvariantCulture, out var more) ? more : 0);
        var random = new Random(20_261_127);
        var (corner, watch) = (0, Stopwatch.StartNew());
        var seen = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < iterations; i++)
        {
            var ballot = RandomBallots.Next(random);
            BallotCheck.Faults(ballot.ToBallot()).ShouldBeEmpty();
            var result = ballot.Decide();
            seen[result.Outcome.Name()] = seen.GetValueOrDefault(result.Outcome.Name()) + 1;
            ShouldEqual(result, ReferenceTally.DecideByTheWording(ballot), $"ballot {i}", ballot);
            var enumerated = ReferenceTally.Decide(ballot);
            if (IsTheCorner(ballot, result, enumerated))
                corner++;
            else
                ShouldEqual(result, enumerated, $"ballot {i}, played out", ballot);
        }
        output.WriteLine($"{iterations} ballots in {watch.Elapsed.TotalSeconds:F1} s, {corner} in the corner: {string.Join(", ", seen)}");
        seen.Count.ShouldBe(6, "every outcome occurs");
    }

    [Fact]
    public void The_corner_waits_for_the_votes_that_are_missing()
    {
        // A wins, as B lacks a second family; the missing voter could make B win. There is dissent either way.
        var ballot = (
            ReferenceVectors.Ballot("kOfN", 5, "A", "A", "B", "B") with
            {
                Policy = new("kOfN") { K = 2, Diversity = 2 },
                Flags = ["fraud"],
            }
        ).Families("a", "b", "c", "c", "d").Elector(0, e => e with { ExpertDomains = ["fraud"] }).Elector(2, e => e with { ExpertDomains = ["fraud"] });

        ballot.Decide().Outcome.ShouldBe(BallotOutcome.Open);
        (ballot with { DeadlinePassed = true }).Decide().Outcome.ShouldBe(BallotOutcome.DissentEscalated);
        IsTheCorner(ballot, ballot.Decide(), ReferenceTally.Decide(ballot)).ShouldBeTrue();
    }

    [Fact]
    public void Weights_of_large_electorates_are_those_of_the_reference()
    {
        var random = new Random(9);
        for (var i = 0; i < 5_000; i++)
        {
            ReferenceElector[] electorate =
            [
                .. Enumerable
                    .Range(0, random.Next(1, BallotCheck.MaxElectors + 1))
                    .Select(v => new ReferenceElector($"v{v}")
                    {
                        Family = $"f{random.Next(1 + i % 9)}",
                        Judged = v % (1 + i % 7) == 0 ? 200 : 0,
                        Correct = v % (1 + i % 7) == 0 ? random.Next(201) : 0,
                    }),
            ];
            var rho = random.NextDouble();
            var ballot = new ReferenceBallot(new ReferencePolicy("weighted"), ["A", "B"], electorate, []).ToBallot();

            Weights.Of(ballot.Electorate, rho).ShouldBe(ReferenceTally.Weights(electorate, rho), 1e-9, $"electorate {i}");
        }
    }

    private static bool IsTheCorner(ReferenceBallot ballot, TallyResult result, ReferenceOutcome enumerated) =>
        ballot.Policy.Rule == "kOfN"
        && ballot.Policy.K * 2 <= ballot.Electorate.Count
        && (result.Outcome.Name(), enumerated.Outcome) == ("OPEN", "DISSENT_ESCALATED");

    private static void ShouldEqual(TallyResult result, ReferenceOutcome expected, string name, ReferenceBallot? ballot = null)
    {
        var same =
            result.Outcome.Name() == expected.Outcome
            && result.Option == expected.Option
            && result.Tally.Count == expected.Tally.Count
            && expected.Tally.All(t => Math.Abs(result.Tally[t.Key] - t.Value) < 1e-9)
            && Math.Abs(result.ElectorateWeight - expected.ElectorateWeight) < 1e-9;
        if (!same)
        {
            Assert.Fail(
                $"{name}: {result.Outcome.Name()} {result.Option} {JsonSerializer.Serialize(result.Tally)} of {result.ElectorateWeight}; the reference says "
                    + $"{JsonSerializer.Serialize(expected)}\n{JsonSerializer.Serialize(ballot, Json)}\n{string.Join('\n', result.Explanation)}"
            );
        }
    }
}
