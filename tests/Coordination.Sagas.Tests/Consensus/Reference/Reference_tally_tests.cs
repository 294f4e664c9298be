using System.Diagnostics;
using static Coordination.Sagas.Tests.Consensus.Reference.ReferenceVectors;

namespace Coordination.Sagas.Tests.Consensus.Reference;

public sealed class Reference_tally_tests(ITestOutputHelper output)
{
    private static readonly string[] Outcomes = ["OPEN", "DECIDED", "SPLIT", "NO_QUORUM", "VETOED", "DISSENT_ESCALATED"];

    [Fact]
    public void Every_vector_has_its_outcome()
    {
        foreach (var vector in All)
        {
            var outcome = ReferenceTally.Decide(vector.Ballot);
            (outcome.Outcome, outcome.Option).ShouldBe((vector.Outcome, vector.Option), vector.Name);
        }
    }

    [Fact]
    public void All_orders_of_the_same_votes_have_one_outcome()
    {
        Orders.Count.ShouldBe(720);
        foreach (var vector in Orders)
        {
            var outcome = ReferenceTally.Decide(vector.Ballot);
            (outcome.Outcome, outcome.Option).ShouldBe((vector.Outcome, vector.Option), vector.Name);
        }
    }

    [Fact]
    public void The_weighted_vectors_have_the_published_figures()
    {
        var v2b = ReferenceTally.Decide(All.Single(v => v.Name == "v2b").Ballot);
        v2b.Tally["refund"].ShouldBe(4 / 3.0, 1e-9);
        v2b.ElectorateWeight.ShouldBe(7 / 3.0, 1e-9);
        var v3 = ReferenceTally.Decide(All.Single(v => v.Name == "v3").Ballot);
        v3.Tally["A"].ShouldBe(1.5, 1e-9);
        v3.Tally["B"].ShouldBe(2.0, 1e-9);
        v3.ElectorateWeight.ShouldBe(3.5, 1e-9);
    }

    [Theory]
    [InlineData(4, 3)]
    [InlineData(5, 4)]
    [InlineData(7, 5)]
    [InlineData(10, 7)]
    public void The_byzantine_quorum_is_the_published_one(int voters, int quorum) =>
        ReferenceTally.Quorum(new ReferencePolicy("byzantine"), voters).ShouldBe(quorum);

    [Fact]
    public void Quorums_are_the_published_formulas()
    {
        for (var n = 1; n <= 20; n++)
        {
            ReferenceTally.Quorum(new ReferencePolicy("majority"), n).ShouldBe(n / 2 + 1);
            ReferenceTally.Quorum(new ReferencePolicy("twoThirds"), n).ShouldBe(2 * n / 3 + 1);
            if (n >= 4)
                ReferenceTally.Quorum(new ReferencePolicy("byzantine"), n).ShouldBe((n + (n - 1) / 3 + 2) / 2);
        }
        Should.Throw<ArgumentException>(() => ReferenceTally.Quorum(new ReferencePolicy("byzantine"), 3));
        Should.Throw<ArgumentException>(() => ReferenceTally.Quorum(new ReferencePolicy("kOfN") { K = 0 }, 3));
        Should.Throw<ArgumentException>(() => ReferenceTally.Quorum(new ReferencePolicy("kOfN") { K = 4 }, 3));
    }

    [Fact]
    public void No_weight_is_above_a_third_and_too_few_weights_are_none()
    {
        ReferenceElector fresh = new("new"),
            star = new("star") { Judged = 200, Correct = 199 },
            poor = new("poor") { Judged = 10, Correct = 3 };

        Weights(star, fresh, fresh).ShouldBe([1, 1, 1], 1e-9);
        Weights(star, fresh, fresh, fresh).ShouldBe([1.5, 1, 1, 1], 1e-9);
        Weights(star, star, fresh, fresh).ShouldBe([2, 2, 1, 1], 1e-9);
        Weights(star, fresh, fresh, poor).ShouldBe([1, 1, 1, 0], 1e-9);
        Weights(star, star, poor, poor).ShouldBe([0, 0, 0, 0]);
        Weights(star, star, poor).ShouldBe([0, 0, 0]);
        Weights(star, poor).ShouldBe([0, 0]);
        Weights(poor).ShouldBe([0]);

        static double[] Weights(params ReferenceElector[] electorate) => ReferenceTally.Weights(electorate, 0);
    }

    [Fact]
    public void The_generator_reaches_every_rule_and_outcome()
    {
        var seen = new Dictionary<(string Rule, string Outcome), int>();
        var corners = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var random = new Random(20_260_105);
        for (var i = 0; i < 20_000; i++)
        {
            var ballot = RandomBallots.Next(random);
            var outcome = ReferenceTally.Decide(ballot);
            var key = (ballot.Policy.Rule, outcome.Outcome);
            seen[key] = seen.GetValueOrDefault(key) + 1;
            foreach (var (corner, reached) in Corners(ballot, outcome))
                corners[corner] = corners.GetValueOrDefault(corner) + (reached ? 1 : 0);
        }

        foreach (var rule in ReferencePolicy.Rules)
            output.WriteLine($"{rule, -10} {string.Join(" ", Outcomes.Select(o => $"{o} {seen.GetValueOrDefault((rule, o))}"))}");
        foreach (var (corner, count) in corners)
            output.WriteLine($"{corner}: {count}");

        foreach (var outcome in Outcomes)
            seen.Where(s => s.Key.Outcome == outcome).Sum(s => s.Value).ShouldBeGreaterThanOrEqualTo(1_000, outcome);
        foreach (var rule in ReferencePolicy.Rules)
        foreach (var outcome in Outcomes)
            if ((rule, outcome) != ("unanimity", "DISSENT_ESCALATED"))
                seen.GetValueOrDefault((rule, outcome)).ShouldBeGreaterThanOrEqualTo(50, $"{rule} {outcome}");
        foreach (var (corner, count) in corners)
            count.ShouldBeGreaterThanOrEqualTo(20, corner);
    }

    private static IEnumerable<(string, bool)> Corners(ReferenceBallot ballot, ReferenceOutcome outcome)
    {
        var (policy, votes, electorate) = (ballot.Policy, ballot.Votes, ballot.Electorate);
        var weighted = policy.Rule == "weighted";
        var theta = policy.Threshold == "1/2" ? 1 / 2.0 : 2 / 3.0;
        var outstanding = ReferenceTally.Outstanding(ballot);
        var top = outcome.Tally.Values.Max();
        yield return ("weight exactly half", weighted && top > 0 && theta < 0.6 && Near(top, theta * outcome.ElectorateWeight));
        yield return ("weight exactly two thirds", weighted && top > 0 && theta > 0.6 && Near(top, theta * outcome.ElectorateWeight));
        yield return ("heads exactly two thirds", policy.Rule == "twoThirds" && Near(top * 3, electorate.Count * 2));
        yield return ("nobody has weight", weighted && outcome.ElectorateWeight < 1e-9);
        yield return ("tie at the top", top > 0 && outcome.Tally.Values.Count(v => Near(v, top)) > 1);
        yield return (
            "low k, two options meet it",
            policy.Rule == "kOfN" && policy.K * 2 <= electorate.Count && outcome.Tally.Values.Count(v => v >= policy.K) > 1
        );
        yield return (
            "low k, closed early",
            policy.Rule == "kOfN" && policy.K * 2 <= electorate.Count && outstanding > 0 && Early("DECIDED")
        );
        yield return ("decided early", outstanding > 0 && Early("DECIDED"));
        yield return ("split early", outstanding > 0 && Early("SPLIT"));
        yield return ("dissent early", outstanding > 0 && Early("DISSENT_ESCALATED"));
        yield return ("split at the deadline with voters missing", outstanding > 0 && ballot.DeadlinePassed && outcome.Outcome == "SPLIT");
        yield return ("one family of several", electorate.GroupBy(e => e.Family ?? "unknown").Any(g => g.Count() > 1));
        yield return ("diversity 3 decided", policy.Diversity == 3 && outcome.Outcome == "DECIDED");
        yield return ("stranger", votes.Any(v => electorate.All(e => e.Voter != v.Voter)));
        yield return ("duplicates", votes.GroupBy(v => v.Voter).Any(g => g.Select(v => v.Choice).Distinct().Count() > 1));
        yield return (
            "equal instants of one voter",
            votes.Where(v => v.At is not null).GroupBy(v => (v.Voter, v.At)).Any(g => g.Count() > 1)
        );
        yield return ("with and without an instant", votes.Any(v => v.At is null) && votes.Any(v => v.At is not null));
        yield return ("not a number", votes.Any(v => v.Confidence is double.NaN));
        yield return ("above one", votes.Any(v => v.Confidence > 1));
        yield return ("at the floor", votes.Any(v => v.Confidence == policy.ConfidenceFloor));
        yield return ("below the floor", votes.Any(v => v.Confidence < policy.ConfidenceFloor && v.Confidence >= 0));
        yield return ("unknown option", votes.Any(v => v.Choice == "D"));
        yield return ("recused", votes.Any(v => v.Choice == "RECUSED"));
        yield return ("abstained", votes.Any(v => v.Choice == "ABSTAIN"));
        yield return ("veto without an effect", votes.Any(v => v.Veto is not null) && outcome.Outcome != "VETOED");
        yield return ("no domain and no flag", ballot.Domain is null && ballot.Flags.Count == 0 && outcome.Outcome == "VETOED");
        yield return (
            "silent veto escalated",
            policy.SilentVeto == "escalate" && outcome.Outcome == "NO_QUORUM" && ReferenceTally.Decide(Patient(ballot)).Outcome == "DECIDED"
        );
        yield return ("calibrated", electorate.Any(e => e is { Judged: >= 30, Brier: <= 0.25 }));
        yield return ("judged but not calibrated", electorate.Any(e => e is { Judged: 29 } or { Judged: >= 30, Brier: null or > 0.25 }));
        yield return ("one voter", electorate.Count == 1);

        bool Early(string name) => !ballot.DeadlinePassed && outcome.Outcome == name;
        static bool Near(double a, double b) => Math.Abs(a - b) < 1e-9;
        static ReferenceBallot Patient(ReferenceBallot b) => b with { Policy = b.Policy with { SilentVeto = "decide" } };
    }

    [Fact]
    public void A_ballot_closes_early_only_with_the_outcome_of_its_deadline()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var ballot = RandomBallots.Next(random) with { DeadlinePassed = false };
            var early = ReferenceTally.Decide(ballot);
            if (early.Outcome == "OPEN")
                continue;
            var late = ReferenceTally.Decide(ballot with { DeadlinePassed = true });
            (late.Outcome, late.Option).ShouldBe((early.Outcome, early.Option), $"ballot {i}");
        }
    }

    [Fact]
    public void The_enumeration_and_the_wording_differ_only_where_both_sides_have_dissent()
    {
        // About one ballot in 250,000 differs.
        var iterations = int.TryParse(Environment.GetEnvironmentVariable("COORDINATION_PROPERTY_ITERATIONS"), out var wanted)
            ? wanted
            : 20_000;
        var random = new Random(13);
        var watch = new Stopwatch();
        var differences = 0;
        var totals = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < iterations; i++)
        {
            var ballot = RandomBallots.Next(random);
            watch.Start();
            var outcome = ReferenceTally.Decide(ballot);
            watch.Stop();
            totals[outcome.Outcome] = totals.GetValueOrDefault(outcome.Outcome) + 1;
            var wording = ReferenceTally.DecideByTheWording(ballot);
            if ((outcome.Outcome, outcome.Option) == (wording.Outcome, wording.Option))
                continue;
            differences++;
            var name = $"ballot {i}: {outcome.Outcome} {outcome.Option} by enumeration, {wording.Outcome} {wording.Option} by the wording";
            (outcome.Outcome, wording.Outcome).ShouldBe(("DISSENT_ESCALATED", "OPEN"), name);
            ballot.Policy.Rule.ShouldBe("kOfN", name);
            (ballot.Policy.K * 2).ShouldBeLessThanOrEqualTo(ballot.Electorate.Count, name);
            ballot.Policy.Diversity.ShouldBeGreaterThan(1, name);
        }
        var shares = string.Join(", ", totals.Select(t => $"{t.Key} {t.Value}"));
        output.WriteLine($"{iterations} ballots, {differences} differ, {watch.Elapsed.TotalSeconds:F1} s of enumeration: {shares}");
    }

    [Fact]
    public void With_one_option_an_expert_cannot_dissent_though_the_wording_waits()
    {
        var ballot = (
            Ballot("kOfN", 2, "A") with
            {
                Policy = new("kOfN") { K = 1 },
                Options = ["A"],
                Flags = ["fraud"],
            }
        ).Elector(1, e => e with { ExpertDomains = ["fraud"] });

        ReferenceTally.Decide(ballot).Outcome.ShouldBe("DECIDED");
        ReferenceTally.DecideByTheWording(ballot).Outcome.ShouldBe("OPEN");
    }

    [Fact]
    public void Dissent_on_both_sides_closes_an_unsafe_winner_though_the_wording_waits()
    {
        // A wins, as B lacks a second family. The missing voter can only make B win by one head, never tie: there is dissent either way.
        var ballot = (
            Ballot("kOfN", 5, "A", "A", "B", "B") with
            {
                Policy = new("kOfN") { K = 2, Diversity = 2 },
                Flags = ["fraud"],
            }
        ).Families("a", "b", "c", "c", "d").Elector(0, e => e with { ExpertDomains = ["fraud"] }).Elector(2, e => e with { ExpertDomains = ["fraud"] });

        ReferenceTally.Decide(ballot).Outcome.ShouldBe("DISSENT_ESCALATED");
        ReferenceTally.DecideByTheWording(ballot).Outcome.ShouldBe("OPEN");
    }
}
