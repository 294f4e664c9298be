namespace Coordination.Sagas.Tests.Consensus.Reference;

/// <summary>Random ballots, small enough to play out, with every rule, corner and outcome among them.</summary>
public static class RandomBallots
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Subjects = ["fraud", "security", "money"];

    private enum Lean
    {
        None,
        Veto,
        Dissent,
        Early,
    }

    public static ReferenceBallot Next(Random random)
    {
        // Some ballots are left to chance; the others lean towards what chance alone makes too rare.
        var lean = Pick(random, Lean.None, Lean.None, Lean.Veto, Lean.Veto, Lean.Dissent, Lean.Dissent, Lean.Dissent, Lean.Early);
        var rule = Pick(random, [.. ReferencePolicy.Rules]);
        var n = lean is Lean.Dissent or Lean.Early ? random.Next(4, 8) : Pick(random, 3, 3, 4, 4, 5, 5, 5, 6, 6, 7, 7, random.Next(1, 3));
        if (rule == "byzantine" && n < 4)
            n = random.Next(4, 8);
        string[] options = random.Next(3) == 0 ? ["A", "B", "C"] : ["A", "B"];
        var flags = Subjects.Where(_ => lean == Lean.Dissent ? random.Next(3) > 0 : random.Next(3) == 0).ToArray();
        var policy = new ReferencePolicy(rule)
        {
            Threshold = Pick(random, "1/2", "2/3"),
            K = random.Next(2) == 0 ? random.Next(1, n + 1) : random.Next(1, Math.Max(1, n / 2) + 1),
            Diversity = lean == Lean.Dissent ? Pick(random, 1, 1, 1, 2, 3) : Pick(random, 1, 1, 1, 1, 2, 2, 3),
            ConfidenceFloor = Pick(random, 0.6, 0.6, 0.6, 0.8, 0),
            Rho = Pick(random, 0.5, 0.5, 0.5, 0, 1),
            DissentConfidence = Pick(random, 0.8, 0.8, 0.8, 0.5, 1),
            SilentVeto = Pick(random, "decide", "escalate"),
        };
        var electorate = Electorate(random, n, lean);
        return new ReferenceBallot(policy, options, electorate, Votes(random, options, electorate, policy.ConfidenceFloor, lean))
        {
            Domain = random.Next(2) == 0 ? null : Pick(random, Subjects),
            Flags = flags,
            DeadlinePassed = random.Next(5) < 2,
        };
    }

    private static ReferenceElector[] Electorate(Random random, int n, Lean lean)
    {
        var vetoes = lean == Lean.Veto ? Pick(random, 0.3, 0.7) : Pick(random, 0, 0, 0, 0.15);
        var experts = lean == Lean.Dissent ? Pick(random, 0.5, 0.9) : Pick(random, 0, 0, 0.2);
        var judges = lean == Lean.Dissent ? Pick(random, 0, 0.5, 1) : Pick(random, 0, 0, 0.3, 0.8);
        var shared = random.Next(2) == 0;
        string?[] families = [.. new[] { "x", "y", "z", null, "unknown" }.OrderBy(_ => random.Next()).Take(random.Next(2, 6))];
        return [.. Enumerable.Range(0, n).Select(Elector)];

        ReferenceElector Elector(int i)
        {
            // Even odds, worse than a coin, hardly judged, on either side of calibrated, and far ahead of everybody else.
            var (judged, correct) = Chance(random, judges)
                ? Pick(random, (10, 3), (30, 5), (2, 2), (29, 28), (30, 24), (40, 38), (200, 199), (20, 14), (random.Next(30, 60), 29))
                : (0, 0);
            return new ReferenceElector($"v{i}")
            {
                Family = shared ? Pick(random, families) : $"f{i}",
                Judged = judged,
                Correct = correct,
                Brier = judged == 0 ? null : Pick<double?>(random, null, 0.1, 0.25, 0.2500001, 0.4),
                VetoDomains = Chance(random, vetoes) ? Some(random) : [],
                ExpertDomains = Chance(random, experts) ? Some(random) : [],
            };
        }
    }

    private static string[] Some(Random random) => random.Next(4) == 0 ? ["fraud", "money"] : [Pick(random, Subjects)];

    private static ReferenceVote[] Votes(Random random, string[] options, ReferenceElector[] electorate, double floor, Lean lean)
    {
        var favourite = Pick(random, options);
        var agreement = lean switch
        {
            Lean.Early => Pick(random, 1, 0.9),
            Lean.Dissent => Pick(random, 0.75, 0.6),
            _ => Pick(random, 1, 0.9, 0.8, 0.5),
        };
        var turnout = lean switch
        {
            Lean.Early => Pick(random, 0.8, 0.65),
            Lean.Dissent => Pick(random, 1, 1, 0.9, 0.75),
            Lean.Veto => Pick(random, 1, 0.8, 0.6),
            _ => Pick(random, 1, 1, 0.9, 0.75, 0.5, 0.3),
        };
        var abstentions = lean is Lean.None ? Pick(random, 0, 0, 0.1, 0.3) : Pick(random, 0, 0, 0.1);
        var sure = Pick(random, 1, 1, 0.9, lean == Lean.None ? 0.5 : 0.8);
        var vetoes = lean == Lean.Veto ? Pick(random, 0, 0.4, 0.9) : Pick(random, 0, 0, 0.3);
        var noise = Pick(random, 0, 0, 0.2, 0.6);
        var timed = Pick(random, 0, 0.5, 1);
        var votes = new List<ReferenceVote>();
        foreach (var elector in electorate)
        {
            if (Chance(random, turnout))
                votes.Add(Good(elector.Voter));
            if (Chance(random, noise))
                votes.Add(Pick<Func<string, ReferenceVote>>(random, Good, Bad)(elector.Voter));
            if (Chance(random, noise / 3))
                votes.Add(Good(elector.Voter) with { At = Noon, Choice = Pick(random, options) });
        }
        if (Chance(random, noise))
            votes.Add(Good(Pick(random, "stranger", "V0", "")) with { Veto = new("RISK", "e/1") });
        var shuffled = votes.ToArray();
        random.Shuffle(shuffled);
        return shuffled;

        ReferenceVote Good(string voter) =>
            new(voter, Choice())
            {
                Confidence = Chance(random, sure)
                    ? Pick<double?>(random, null, 1, 0.95)
                    : Pick<double?>(random, floor, Math.Max(0, floor - 1e-9), 0.8, 0.79, 0.61, 0.3, 0),
                At = Time(),
                Veto = Chance(random, vetoes) ? Veto() : null,
            };

        ReferenceVote Bad(string voter) =>
            random.Next(3) == 0
                ? Good(voter) with
                {
                    Choice = Pick(random, "D", "a", "abstain", ""),
                    Veto = random.Next(2) == 0 ? null : Veto(),
                }
                : Good(voter) with
                {
                    Confidence = Pick(random, double.NaN, 1.0000001, -0.1, double.PositiveInfinity, double.NegativeInfinity),
                };

        string Choice() =>
            Chance(random, abstentions) ? Pick(random, "ABSTAIN", "RECUSED")
            : Chance(random, agreement) ? favourite
            : Pick(random, options);

        // Few instants, so that many are equal; some of them in another zone.
        DateTimeOffset? Time() =>
            Chance(random, timed) ? Noon.AddSeconds(random.Next(3)).ToOffset(TimeSpan.FromHours(random.Next(2))) : null;

        ReferenceVeto Veto() =>
            Pick<ReferenceVeto>(
                random,
                new("RISK", "e/1"),
                new("RISK", "e/2"),
                new("RISK", "e/3"),
                new("RISK", " "),
                new("", "e/1"),
                new(null, null)
            );
    }

    private static bool Chance(Random random, double probability) => random.NextDouble() < probability;

    private static T Pick<T>(Random random, params T[] items) => items[random.Next(items.Length)];
}
