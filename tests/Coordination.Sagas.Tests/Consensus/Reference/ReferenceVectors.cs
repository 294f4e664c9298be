using static System.Linq.Enumerable;

namespace Coordination.Sagas.Tests.Consensus.Reference;

/// <summary>The published vectors as data.</summary>
public static class ReferenceVectors
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    public sealed record Vector(string Name, ReferenceBallot Ballot, string Outcome, string? Option = null);

    public static readonly IReadOnlyList<Vector> All =
    [
        new("v1", Ballot("majority", 3, "A", "A", "B"), "DECIDED", "A"),
        new("v2", Refund("majority") with { Flags = ["fraud"] }, "DISSENT_ESCALATED"),
        new("v2b", Refund("weighted"), "DECIDED", "refund"),
        new("v3", Ballot("weighted", 5, "A", "A", "A", "B", "B").Families("x", "x", "x", "y", "z"), "DECIDED", "B"),
        new("v4, three agree", Ballot("byzantine", 4, "A", "A", "A", "B"), "DECIDED", "A"),
        new("v4, two and two", Ballot("byzantine", 4, "A", "A", "B", "B"), "SPLIT"),
        new("v6", Ballot("majority", 5, "A", "A", "A"), "DECIDED", "A"),
        new("v7, still open", SilentVeto("decide"), "OPEN"),
        new("v7, the veto comes", Vetoed(), "VETOED"),
        new("v7, deadline, decide", SilentVeto("decide") with { DeadlinePassed = true }, "DECIDED", "A"),
        new("v7, deadline, escalate", SilentVeto("escalate") with { DeadlinePassed = true }, "NO_QUORUM"),
        new("v9", UnderTheFloor(), "SPLIT"),
        new("v11", Ballot("majority", 5, "A", "A") with { DeadlinePassed = true }, "NO_QUORUM"),
    ];

    /// <summary>v13: under every rule, all orders of five votes, with their later duplicates, strangers and unusable votes in between.</summary>
    public static readonly IReadOnlyList<Vector> Orders =
    [
        .. ReferencePolicy.Rules.SelectMany(rule =>
            Permutations([0, 1, 2, 3, 4])
                .Select(
                    (order, number) =>
                        new Vector(
                            $"v13, {rule}, {string.Join("", order)}",
                            InOrder(rule, order, number),
                            rule == "unanimity" ? "SPLIT" : "DECIDED",
                            rule == "unanimity" ? null : "A"
                        )
                )
        ),
    ];

    /// <summary>The first votes of an electorate of newcomers from as many families.</summary>
    public static ReferenceBallot Ballot(string rule, int voters, params string[] choices) =>
        new(
            new ReferencePolicy(rule) { K = 3 },
            ["A", "B"],
            [.. Range(0, voters).Select(i => new ReferenceElector($"v{i}") { Family = $"f{i}" })],
            [.. choices.Select((choice, i) => new ReferenceVote($"v{i}", choice))]
        );

    public static ReferenceBallot Families(this ReferenceBallot ballot, params string[] families) =>
        ballot with
        {
            Electorate = [.. ballot.Electorate.Select((e, i) => e with { Family = families[i] })],
        };

    public static ReferenceBallot Elector(this ReferenceBallot ballot, int index, Func<ReferenceElector, ReferenceElector> change) =>
        ballot with
        {
            Electorate = [.. ballot.Electorate.Select((e, i) => i == index ? change(e) : e)],
        };

    private static ReferenceBallot Refund(string rule) =>
        (Ballot(rule, 3, "refund", "refund", "review") with { Options = ["refund", "review"] })
            .Families("x", "x", "y")
            .Elector(2, e => e with { ExpertDomains = ["fraud"] });

    private static ReferenceBallot SilentVeto(string silentVeto)
    {
        var ballot = Ballot("majority", 5, "A", "A", "A").Elector(4, e => e with { VetoDomains = ["security"] });
        return ballot with { Policy = ballot.Policy with { SilentVeto = silentVeto } };
    }

    private static ReferenceBallot Vetoed()
    {
        var ballot = SilentVeto("decide");
        return ballot with { Votes = [.. ballot.Votes, new("v4", "ABSTAIN") { Veto = new("SECRET_LEAKED", "evidence/1") }] };
    }

    private static ReferenceBallot UnderTheFloor()
    {
        var ballot = Ballot("majority", 3, "A", "A", "B");
        return ballot with { Votes = [.. ballot.Votes.Select((v, i) => i == 0 ? v with { Confidence = 0.59 } : v)] };
    }

    private static ReferenceBallot InOrder(string rule, int[] order, int number)
    {
        string[] choices = ["A", "A", "A", "A", "B"];
        List<ReferenceVote> votes = [.. order.Select(i => new ReferenceVote($"v{i}", choices[i]) { At = Noon.AddSeconds(i) })];
        ReferenceVote[] noise =
        [
            new("v0", "B") { At = Noon.AddSeconds(6) },
            new("v1", "B") { At = Noon.AddDays(1) },
            new("v4", "A") { At = Noon.AddDays(1) },
            new("v2", "C") { At = Noon },
            new("v3", "B") { At = Noon, Confidence = double.NaN },
            new("stranger", "B") { At = Noon },
        ];
        for (var i = 0; i < noise.Length; i++)
            votes.Insert((number * (i + 1) + i) % (votes.Count + 1), noise[i]);
        return Ballot(rule, 5) with { Votes = votes };
    }

    private static IEnumerable<int[]> Permutations(int[] items) =>
        items.Length == 0
            ?
            [
                [],
            ]
            : items.SelectMany(first => Permutations([.. items.Where(i => i != first)]).Select(rest => (int[])[first, .. rest]));
}
