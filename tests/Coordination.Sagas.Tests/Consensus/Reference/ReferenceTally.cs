namespace Coordination.Sagas.Tests.Consensus.Reference;

/// <summary>
/// The tally as slowly and as close to its definitions as possible: quorums are searched for, the cap is bisected, and whether a ballot may
/// close early is decided by playing out everything the outstanding voters could still do.
/// </summary>
public static class ReferenceTally
{
    private const double Tolerance = 1e-9;
    private const string NoWinner = "no winner";
    private const int Silent = -1;
    private const int Abstains = -2;

    /// <summary>What is known of one elector: the index of an option, <see cref="Silent"/> or <see cref="Abstains"/>.</summary>
    private readonly record struct Voice(int Choice, double Confidence, bool Vetoes);

    private readonly record struct Ending(string Outcome, int Option);

    public static ReferenceOutcome Decide(ReferenceBallot ballot)
    {
        var room = new Room(ballot);
        return room.Report(ballot.DeadlinePassed ? room.AtTheDeadline() : room.BeforeTheDeadline());
    }

    /// <summary>
    /// The same, but an open ballot follows the sentences of the specification instead of the enumeration: only there to find where the
    /// two differ.
    /// </summary>
    public static ReferenceOutcome DecideByTheWording(ReferenceBallot ballot)
    {
        var room = new Room(ballot);
        return room.Report(ballot.DeadlinePassed ? room.AtTheDeadline() : room.BeforeTheDeadlineByTheWording());
    }

    /// <summary>How many electors are still expected to vote.</summary>
    public static int Outstanding(ReferenceBallot ballot) => new Room(ballot).OutstandingCount;

    /// <summary>The heads an option needs; null where weight decides.</summary>
    public static int? Quorum(ReferencePolicy policy, int n)
    {
        switch (policy.Rule)
        {
            case "majority":
                return Smallest(q => 2 * q > n);
            case "twoThirds":
                return Smallest(q => 3 * q > 2 * n);
            case "unanimity":
                return n;
            case "kOfN":
                return policy.K >= 1 && policy.K <= n
                    ? policy.K
                    : throw new ArgumentException($"k is {policy.K} of {n} voters", nameof(policy));
            case "byzantine":
                if (n < 4)
                    throw new ArgumentException($"{n} voters cannot have a liar among them", nameof(policy));
                var liars = Smallest(f => 3 * (f + 1) + 1 > n);
                return Smallest(q => 2 * q >= n + liars + 1);
            case "weighted":
                return null;
            default:
                throw new ArgumentException($"no such rule: {policy.Rule}", nameof(policy));
        }
    }

    private static int Smallest(Func<int, bool> holds)
    {
        var candidate = 0;
        while (!holds(candidate))
            candidate++;
        return candidate;
    }

    /// <summary>Competence, then the cap, then the discount for families.</summary>
    public static double[] Weights(IReadOnlyList<ReferenceElector> electorate, double rho)
    {
        var raw = electorate
            .Select(e =>
            {
                var p = (e.Correct + 7.0) / (e.Judged + 10.0);
                return Math.Max(0, Math.Log(p / (1 - p))) / Math.Log(7.0 / 3.0);
            })
            .ToArray();
        var share = Math.Max(1.0 / 3.0, 1.0 / raw.Length);
        var low = 0.0;
        var high = raw.Sum() + 1;
        for (var i = 0; i < 200; i++)
        {
            var middle = (low + high) / 2;
            if (middle <= share * raw.Sum(w => Math.Min(w, middle)) + 1e-13)
                low = middle;
            else
                high = middle;
        }
        // The slack which lets equal shares pass leaves a crumb where the cap is nothing.
        var cap = low < 1e-11 ? 0 : low;
        return
        [
            .. electorate.Select(
                (e, i) => Math.Min(raw[i], cap) / (1 + (electorate.Count(other => FamilyOf(other) == FamilyOf(e)) - 1) * rho)
            ),
        ];
    }

    private static string FamilyOf(ReferenceElector elector) => elector.Family ?? "unknown";

    private sealed class Room
    {
        private readonly ReferenceBallot ballot;
        private readonly int n;
        private readonly int? quorum;
        private readonly double theta;
        private readonly double[] weights;
        private readonly int[] families;
        private readonly bool[] mayVeto;
        private readonly bool[] expert;
        private readonly bool[] calibrated;
        private readonly Voice[] heard;

        public Room(ReferenceBallot ballot)
        {
            this.ballot = ballot;
            var electorate = ballot.Electorate;
            n = electorate.Count;
            quorum = Quorum(ballot.Policy, n);
            theta = ballot.Policy.Threshold switch
            {
                "1/2" => 1.0 / 2.0,
                "2/3" => 2.0 / 3.0,
                _ => throw new ArgumentException($"no such threshold: {ballot.Policy.Threshold}", nameof(ballot)),
            };
            weights = quorum is null ? Weights(electorate, ballot.Policy.Rho) : [.. electorate.Select(_ => 1.0)];
            var names = electorate.Select(FamilyOf).Distinct().ToList();
            families = [.. electorate.Select(e => names.IndexOf(FamilyOf(e)))];
            List<string> subjects = [.. ballot.Flags];
            if (ballot.Domain is not null)
                subjects.Add(ballot.Domain);
            mayVeto = [.. electorate.Select(e => e.VetoDomains.Any(d => subjects.Count == 0 || subjects.Contains(d)))];
            expert = [.. electorate.Select(e => e.ExpertDomains.Any(d => ballot.Flags.Contains(d)))];
            calibrated = [.. electorate.Select(e => e.Judged >= 30 && e.Brier is <= 0.25)];
            heard = [.. electorate.Select((_, i) => Hear(i))];
        }

        public int OutstandingCount => heard.Count(v => v.Choice == Silent);

        /// <summary>The one valid vote of the elector which no other valid vote of the elector precedes.</summary>
        private Voice Hear(int elector)
        {
            var name = ballot.Electorate[elector].Voter;
            for (var i = 0; i < ballot.Votes.Count; i++)
            {
                if (!Stands(i, name))
                    continue;
                if (Enumerable.Range(0, ballot.Votes.Count).Any(j => j != i && Stands(j, name) && Precedes(j, i)))
                    continue;
                var vote = ballot.Votes[i];
                return Says(elector, IndexOf(vote.Choice), vote.Confidence ?? 1, IsComplete(vote));
            }
            return new Voice(Silent, 0, false);
        }

        private Voice Says(int elector, int option, double confidence, bool vetoes) =>
            new(option >= 0 && confidence >= ballot.Policy.ConfidenceFloor ? option : Abstains, confidence, vetoes && mayVeto[elector]);

        private int IndexOf(string choice)
        {
            for (var o = 0; o < ballot.Options.Count; o++)
                if (ballot.Options[o] == choice)
                    return o;
            return -1;
        }

        private bool Stands(int vote, string voter)
        {
            var v = ballot.Votes[vote];
            return v.Voter == voter
                && (IndexOf(v.Choice) >= 0 || v.Choice is "ABSTAIN" or "RECUSED")
                && (v.Confidence ?? 1) is >= 0 and <= 1;
        }

        private bool Precedes(int left, int right)
        {
            var (a, b) = (ballot.Votes[left], ballot.Votes[right]);
            if (a.At is null || b.At is null)
                return a.At is null && (b.At is not null || left < right);
            if (a.At.Value != b.At.Value)
                return a.At.Value < b.At.Value;
            if (a.Choice != b.Choice)
                return string.CompareOrdinal(a.Choice, b.Choice) < 0;
            var (mine, theirs) = (a.Confidence ?? 1, b.Confidence ?? 1);
            if (mine != theirs)
                return mine < theirs;
            // The rule is a function of the set of votes, so what is left to tell them apart is the veto.
            return IsComplete(a) == IsComplete(b) ? left < right : IsComplete(a);
        }

        private static bool IsComplete(ReferenceVote vote) =>
            !string.IsNullOrWhiteSpace(vote.Veto?.Reason) && !string.IsNullOrWhiteSpace(vote.Veto?.Evidence);

        /// <summary>The winner if these voices are all there is, or -1.</summary>
        private int Winner(Voice[] voices)
        {
            for (var o = 0; o < ballot.Options.Count; o++)
            {
                if (!Meets(voices, o))
                    continue;
                var beaten = true;
                for (var other = 0; other < ballot.Options.Count; other++)
                    beaten &= other == o || !Meets(voices, other) || Heads(voices, other) < Heads(voices, o);
                if (beaten)
                    return o;
            }
            return -1;
        }

        private bool Meets(Voice[] voices, int option) =>
            (quorum is { } q ? Heads(voices, option) >= q : Exceeds(Weight(voices, option)))
            && Families(voices, option) >= ballot.Policy.Diversity;

        private bool Exceeds(double weight)
        {
            var all = 0.0;
            foreach (var w in weights)
                all += w;
            return weight - theta * all > Tolerance;
        }

        private static int Heads(Voice[] voices, int option)
        {
            var heads = 0;
            foreach (var voice in voices)
                heads += voice.Choice == option ? 1 : 0;
            return heads;
        }

        private double Weight(Voice[] voices, int option)
        {
            var weight = 0.0;
            for (var i = 0; i < n; i++)
                weight += voices[i].Choice == option ? weights[i] : 0;
            return weight;
        }

        private int Families(Voice[] voices, int option)
        {
            var seen = 0;
            for (var i = 0; i < n; i++)
                seen |= voices[i].Choice == option ? 1 << families[i] : 0;
            return int.PopCount(seen);
        }

        private bool Dissented(Voice[] voices, int winner)
        {
            for (var i = 0; i < n; i++)
            {
                var loud = calibrated[i] && voices[i].Confidence >= ballot.Policy.DissentConfidence;
                if (voices[i].Choice >= 0 && voices[i].Choice != winner && (expert[i] || loud))
                    return true;
            }
            return false;
        }

        /// <summary>How it ends if nobody says anything further; why there is no winner is left to the caller.</summary>
        private Ending Final(Voice[] voices)
        {
            foreach (var voice in voices)
                if (voice.Vetoes)
                    return new("VETOED", -1);
            var winner = Winner(voices);
            if (winner < 0)
                return new(NoWinner, -1);
            if (Dissented(voices, winner))
                return new("DISSENT_ESCALATED", -1);
            for (var i = 0; i < n; i++)
                if (ballot.Policy.SilentVeto == "escalate" && mayVeto[i] && voices[i].Choice == Silent)
                    return new("NO_QUORUM", -1);
            return new("DECIDED", winner);
        }

        /// <summary>Whether a claim holds however the outstanding voters act: silence, any option with full confidence, a veto.</summary>
        private bool HoldsInEveryCompletion(Func<Voice[], bool> claim, bool withVetoes)
        {
            // Veto holders move fastest, so that the search for a counterexample is short.
            int[] missing = [.. Enumerable.Range(0, n).Where(i => heard[i].Choice == Silent).OrderBy(i => mayVeto[i])];
            var voices = (Voice[])heard.Clone();
            return From(0);

            bool From(int next)
            {
                if (next == missing.Length)
                    return claim(voices);
                var elector = missing[next];
                voices[elector] = new Voice(Silent, 0, false);
                if (!From(next + 1))
                    return false;
                for (var o = 0; o < ballot.Options.Count; o++)
                {
                    voices[elector] = Says(elector, o, 1, false);
                    if (!From(next + 1))
                        return false;
                }
                if (!withVetoes || !mayVeto[elector])
                    return true;
                voices[elector] = Says(elector, -1, 1, true);
                return From(next + 1);
            }
        }

        public Ending BeforeTheDeadline()
        {
            if (heard.Any(v => v.Vetoes))
                return new("VETOED", -1);
            var now = Final(heard);
            if (!HoldsInEveryCompletion(voices => Final(voices) == now, withVetoes: true))
                return new("OPEN", -1);
            return now.Outcome == NoWinner ? new("SPLIT", -1) : now;
        }

        public Ending AtTheDeadline()
        {
            var now = Final(heard);
            if (now.Outcome != NoWinner)
                return now;
            if (HoldsInEveryCompletion(voices => Winner(voices) < 0, withVetoes: false))
                return new("SPLIT", -1);
            var took = Enumerable.Range(0, n).Where(i => heard[i].Choice >= 0).ToList();
            var enough = quorum is { } q ? took.Count >= q : Exceeds(took.Sum(i => weights[i]));
            return new(enough ? "SPLIT" : "NO_QUORUM", -1);
        }

        public Ending BeforeTheDeadlineByTheWording()
        {
            if (heard.Any(v => v.Vetoes))
                return new("VETOED", -1);
            var missing = Enumerable.Range(0, n).Where(i => heard[i].Choice == Silent).ToList();
            if (missing.Any(i => mayVeto[i]))
                return new("OPEN", -1);
            var winner = Winner(heard);
            var options = Enumerable.Range(0, ballot.Options.Count).ToList();
            if (winner < 0)
                return new(missing.Count > 0 && options.Any(o => Meets(IfAllOutstandingTook(o), o)) ? "OPEN" : "SPLIT", -1);
            var unsafeNow = options
                .Where(o => o != winner)
                .Any(o => Meets(IfAllOutstandingTook(o), o) && Heads(IfAllOutstandingTook(o), o) >= Heads(heard, winner));
            if (unsafeNow)
                return new("OPEN", -1);
            if (Dissented(heard, winner))
                return new("DISSENT_ESCALATED", -1);
            return missing.Any(i => expert[i] || calibrated[i]) ? new("OPEN", -1) : new("DECIDED", winner);
        }

        private Voice[] IfAllOutstandingTook(int option) => [.. heard.Select(v => v.Choice == Silent ? new Voice(option, 1, false) : v)];

        public ReferenceOutcome Report(Ending ending) =>
            new(
                ending.Outcome,
                ending.Outcome == "DECIDED" ? ballot.Options[ending.Option] : null,
                ballot.Options.Select((option, o) => (option, o)).ToDictionary(p => p.option, p => Weight(heard, p.o)),
                weights.Sum()
            );
    }
}
