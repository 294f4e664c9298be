using System.Collections.Immutable;
using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Consensus;

/// <summary>Who votes in one ballot, in the order they are asked, and whether they can decide at all.</summary>
internal static class Electorate
{
    /// <summary>
    /// Experts for a raised flag and holders of a veto first, then one of each family in turn, so that a small first panel has every objection and as many
    /// families as there are. Otherwise in the order they were named.
    /// </summary>
    public static ImmutableArray<VoterProfile> InOrder(ImmutableArray<VoterProfile> voters, ImmutableArray<string> flags, string? domain) =>
        InOrder(voters, voter => ElectorOf(voter, NothingKnown), flags, domain);

    /// <summary>The same of anything that has a place for an elector. What is in order stays as it is.</summary>
    public static ImmutableArray<T> InOrder<T>(
        ImmutableArray<T> voters,
        Func<T, Elector> electorOf,
        ImmutableArray<string> flags,
        string? domain
    )
    {
        bool IsHeardFirst(T voter) => Electorate.IsHeardFirst(electorOf(voter), flags, domain);

        var turns = new Dictionary<string, int>(StringComparer.Ordinal);
        return
        [
            .. voters
                .OrderByDescending(IsHeardFirst)
                .Select(voter => (voter, electorOf(voter).Family))
                .Select(seat => (seat.voter, Turn: turns[seat.Family] = turns.GetValueOrDefault(seat.Family) + 1))
                .OrderByDescending(seat => IsHeardFirst(seat.voter))
                .ThenBy(seat => seat.Turn)
                .Select(seat => seat.voter),
        ];
    }

    /// <summary>
    /// Sizes of the panels that are asked one after the other; the last is the whole electorate. None is smaller than the tier asks for, or leaves out somebody
    /// whose objection would count: nobody may be outvoted by not being asked.
    /// </summary>
    public static ImmutableArray<int> Panels(
        BallotPolicy policy,
        IReadOnlyCollection<Elector> electors,
        ImmutableArray<string> flags,
        string? domain
    )
    {
        var least = Math.Max(Tiers.Electors(policy.Tier), electors.Count(e => IsHeardFirst(e, flags, domain)));
        if (policy.Rule.Kind == QuorumKind.Byzantine)
            return [electors.Count];
        return [.. policy.Panels.Where(size => size >= least && size < electors.Count), electors.Count];
    }

    /// <summary>Why these voters could not decide under the policy; a place is a path in the message that opens a ballot.</summary>
    /// <param name="policy">With its tier applied.</param>
    /// <param name="voters">In the order they are asked.</param>
    /// <param name="flags">Raised risks.</param>
    /// <param name="domain">The field the ballot belongs to.</param>
    /// <param name="judged">What is known of their votes so far; those not in it are newcomers.</param>
    public static IReadOnlyList<Problem> Problems(
        BallotPolicy policy,
        ImmutableArray<VoterProfile> voters,
        ImmutableArray<string> flags,
        string? domain,
        IReadOnlyDictionary<string, Competence> judged
    ) =>
        Problems(
            policy,
            [.. voters.Select(voter => ElectorOf(voter, judged))],
            [.. voters.Where(voter => voter.PublicKey is null).Select(voter => voter.Name)],
            flags,
            domain
        );

    /// <summary>The same of electors that are frozen already.</summary>
    /// <param name="policy">With its tier applied.</param>
    /// <param name="electors">In the order they are asked.</param>
    /// <param name="keyless">Those of them without a public key.</param>
    /// <param name="flags">Raised risks.</param>
    /// <param name="domain">The field the ballot belongs to.</param>
    public static IReadOnlyList<Problem> Problems(
        BallotPolicy policy,
        ImmutableArray<Elector> electors,
        ImmutableArray<string> keyless,
        ImmutableArray<string> flags,
        string? domain
    )
    {
        var problems = new List<Problem>();
        if (electors.Length < Tiers.Electors(policy.Tier))
            problems.Add(
                Refusal($"electorate has {electors.Length} voters; tier {policy.Tier} needs {Tiers.Electors(policy.Tier)} at least.")
            );
        if (policy.Signed)
        {
            problems.AddRange(
                keyless.Select(voter => Refusal($"voter '{voter}' has no public key; votes of tier {policy.Tier} are signed."))
            );
        }
        foreach (var size in Panels(policy, electors, flags, domain))
        {
            var ballot = new Ballot
            {
                Rule = policy.Rule,
                Options = ["a", "b"],
                Electorate = [.. electors.Take(size)],
            };
            problems.AddRange(BallotCheck.Faults(ballot).Select(fault => fault with { Code = ReasonCode.AdmissionDenied }));
            // A smaller panel that lacks a family only means that more are asked.
            if (size == electors.Length)
                problems.AddRange(BallotCheck.Unwinnable(ballot).Select(fault => fault with { Code = ReasonCode.AdmissionDenied }));
        }
        return problems;
    }

    private static readonly Dictionary<string, Competence> NothingKnown = [];

    public static Elector ElectorOf(VoterProfile voter, IReadOnlyDictionary<string, Competence> judged)
    {
        var known = judged.GetValueOrDefault(voter.Name) ?? Competence.None;
        return new Elector
        {
            Voter = voter.Name,
            Family = voter.Family,
            Judged = known.Judged,
            Correct = known.Correct,
            Brier = known.Brier,
            VetoDomains = voter.VetoDomains,
            ExpertDomains = voter.ExpertDomains,
        };
    }

    private static bool IsHeardFirst(Elector elector, ImmutableArray<string> flags, string? domain)
    {
        var asked = new Ballot
        {
            Rule = new TallyRule(),
            Options = [],
            Electorate = [],
            Domain = domain,
            Flags = flags,
        };
        return asked.MayVeto(elector) || elector.IsExpertFor(flags);
    }

    private static Problem Refusal(string message) =>
        new()
        {
            Code = ReasonCode.AdmissionDenied,
            Path = "voters",
            Message = message,
        };
}
